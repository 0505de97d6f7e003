using Tessar.Lenses.Data.Evaluation;
using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>`tessar demo`.</summary>
internal sealed record DemoJson : JsonResult
{
    /// <summary>Name of the run, `demo-1`, `demo-2`, …</summary>
    public required string Run { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Share of the test pictures classified as labelled.</summary>
    public required double TestAccuracy { get; init; }

    /// <summary>Number of training labels that were replaced by wrong ones.</summary>
    public required int PlantedErrors { get; init; }

    /// <summary>Probability that a planted error is more suspicious than another training example.</summary>
    public required double Auroc { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 5 % of the training examples.</summary>
    public required double FoundInFirst5Percent { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 10 % of the training examples.</summary>
    public required double FoundInFirst10Percent { get; init; }

    /// <summary>Seconds of training, tests included.</summary>
    public required double SecondsTraining { get; init; }

    /// <summary>Seconds for gradients, suspicion and scores.</summary>
    public required double SecondsAttribution { get; init; }

    /// <summary>The workbench's page of the mistake the network is surest of; it answers while `tessar serve` runs.</summary>
    public required string Url { get; init; }

    public static DemoJson Of(Run run, MislabelsAnswer suspects, double secondsAttribution, Uri url) => new()
    {
        Run = run.Name,
        Directory = run.Directory,
        TestAccuracy = run.Record.Final?.TestAccuracy
            ?? throw new InvalidOperationException($"The completed run {run.Name} has no test accuracy."),
        PlantedErrors = suspects.PlantedErrors,
        Auroc = suspects.Auroc ?? throw new InvalidOperationException("No planted error was seen."),
        FoundInFirst5Percent = suspects.FoundInFirst5Percent!.Value,
        FoundInFirst10Percent = suspects.FoundInFirst10Percent!.Value,
        SecondsTraining = run.Record.Final.Seconds,
        SecondsAttribution = secondsAttribution,
        Url = url.ToString(),
    };
}
