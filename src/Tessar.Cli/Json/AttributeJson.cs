using System.Diagnostics;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Json;

/// <summary>`tessar attribute`.</summary>
internal sealed record AttributeJson : JsonResult
{
    /// <summary>Name of the run that keeps the result: the first one given.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Full path of the result's folder, which holds result.json and the arrays.</summary>
    public required string Result { get; init; }

    /// <summary>Full path of a safetensors file with `scores`, float32 [train, targets], and the top lists.</summary>
    public required string Scores { get; init; }

    /// <summary>True when scores were streamed and the file holds the top lists only; absent otherwise.</summary>
    public bool? TopOnly { get; init; }

    /// <summary>The training examples, such as `train:0-1999`.</summary>
    public required string Train { get; init; }

    /// <summary>Number of training examples.</summary>
    public required int Examples { get; init; }

    /// <summary>Those whose gradients were computed now, over all checkpoints; the others were on the disk.</summary>
    public required long ExamplesComputed { get; init; }

    /// <summary>What is explained, such as `margin`.</summary>
    public required string Output { get; init; }

    /// <summary>What a positive score means.</summary>
    public required string Sign { get; init; }

    /// <summary>What a score of 1 means, one clause.</summary>
    public required string Units { get; init; }

    /// <summary>What the method found when it checked itself.</summary>
    public required IReadOnlyList<SelfCheckJson> Checks { get; init; }

    /// <summary>What to know before trusting the scores, one sentence each.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>How gradients were shortened, such as `sketch`; absent for methods without that choice.</summary>
    public string? Projection { get; init; }

    /// <summary>Width of the random projection; absent without one.</summary>
    public int? ProjectionDimension { get; init; }

    /// <summary>Parameters whose gradients were used.</summary>
    public required long Parameters { get; init; }

    /// <summary>Names of those left out: frozen, or unsupported and skipped.</summary>
    public required IReadOnlyList<string> SkippedParameters { get; init; }

    /// <summary>Absolute damping of each checkpoint.</summary>
    public required IReadOnlyList<double> Damping { get; init; }

    /// <summary>The same in the unit of the option `damping`; absent where it wasn't left to the method.</summary>
    public IReadOnlyList<double>? RelativeDamping { get; init; }

    /// <summary>Largest relative difference between fast and one-by-one gradients on the examples that were checked.</summary>
    public required double GradientCheck { get; init; }

    /// <summary>Seconds spent on gradients and features.</summary>
    public required double SecondsFeatures { get; init; }

    /// <summary>Seconds spent on solving and scoring.</summary>
    public required double SecondsScoring { get; init; }

    /// <summary>Milliseconds of `secondsFeatures` per training example and checkpoint.</summary>
    public required double MillisecondsPerExample { get; init; }

    /// <summary>Most memory the process has held.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>The effective options of the method.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>The picture, report and export that were asked for; absent without any.</summary>
    public IReadOnlyList<WrittenFileJson>? Files { get; init; }

    /// <summary>The explained predictions, in order.</summary>
    public required IReadOnlyList<TargetJson> Targets { get; init; }

    public static AttributeJson Of(TopAttribution best, AttributionResult kept, ExampleSet train, ExampleSet targets)
    {
        AttributionReport report = best.Report;
        using var process = Process.GetCurrentProcess();
        return new AttributeJson
        {
            Run = kept.Document.Run,
            Method = report.Method,
            Result = kept.Folder,
            Scores = kept.ArraysPath,
            TopOnly = kept.Document.TopOnly ? true : null,
            Train = train.ToString(),
            Examples = best.TrainCount,
            ExamplesComputed = report.ExamplesComputed,
            Output = report.Output,
            Sign = kept.Document.Sign,
            Units = report.Units,
            Checks = [.. report.Checks.Select(SelfCheckJson.Of)],
            Remarks = report.Remarks,
            Projection = report.Projection,
            ProjectionDimension = report.ProjectionDimension,
            Parameters = report.Parameters,
            SkippedParameters = report.SkippedParameters,
            Damping = report.Damping,
            RelativeDamping = report.RelativeDamping,
            GradientCheck = report.GradientCheck,
            SecondsFeatures = report.SecondsFeatures,
            SecondsScoring = report.SecondsScoring,
            MillisecondsPerExample = 1000 * report.SecondsFeatures / ((double)best.TrainCount * kept.Document.Checkpoints.Count),
            PeakBytes = process.PeakWorkingSet64,
            Options = kept.Document.Options,
            Targets = [.. Enumerable.Range(0, best.TargetCount).Select(j => TargetJson.Of(best, j, train, targets))],
        };
    }
}

/// <summary>A number by which the scores can be judged.</summary>
internal sealed record SelfCheckJson
{
    /// <summary>What was checked, such as `cg-residual`.</summary>
    public required string Name { get; init; }

    /// <summary>The number.</summary>
    public required double Value { get; init; }

    /// <summary>The largest value with which the scores are as good as intended; absent when there is no such line.</summary>
    public double? Limit { get; init; }

    /// <summary>Whether the value keeps its limit; true without one.</summary>
    public required bool Holds { get; init; }

    /// <summary>What it measures, one sentence.</summary>
    public required string Meaning { get; init; }

    public static SelfCheckJson Of(SelfCheck check) =>
        new() { Name = check.Name, Value = check.Value, Limit = check.Limit, Holds = check.Holds, Meaning = check.Meaning };
}

/// <summary>One explained prediction.</summary>
internal sealed record TargetJson
{
    /// <summary>The example, such as `test:7`.</summary>
    public required string Example { get; init; }

    /// <summary>Its column of `scores`.</summary>
    public required int Index { get; init; }

    /// <summary>Name of its class.</summary>
    public required string Label { get; init; }

    /// <summary>The training examples that raised the output most, the strongest first.</summary>
    public required IReadOnlyList<InfluenceJson> Proponents { get; init; }

    /// <summary>Those that lowered it most.</summary>
    public required IReadOnlyList<InfluenceJson> Opponents { get; init; }

    public static TargetJson Of(TopAttribution best, int target, ExampleSet train, ExampleSet targets)
    {
        var explained = ExplainedTarget.Of(best, target, train, targets);
        return new TargetJson
        {
            Example = explained.Example.ToString(),
            Index = target,
            Label = targets.Store.ClassNames[explained.Example.Label],
            Proponents = [.. explained.Proponents.Select(one => InfluenceJson.Of(one, train.Store.ClassNames))],
            Opponents = [.. explained.Opponents.Select(one => InfluenceJson.Of(one, train.Store.ClassNames))],
        };
    }
}

/// <summary>One training example's part in a prediction.</summary>
internal sealed record InfluenceJson
{
    /// <summary>The example, such as `train:123`.</summary>
    public required string Example { get; init; }

    /// <summary>Its row of `scores`.</summary>
    public required int Index { get; init; }

    /// <summary>Positive: having it raises the target's output.</summary>
    public required float Score { get; init; }

    /// <summary>Name of the class it was trained as.</summary>
    public required string Label { get; init; }

    /// <summary>Name of its true class, when the label was changed on purpose.</summary>
    public string? TrueLabel { get; init; }

    public static InfluenceJson Of(ExplainingExample one, IReadOnlyList<string> classes) => new()
    {
        Example = one.Example.ToString(),
        Index = one.Row,
        Score = one.Score,
        Label = classes[one.Example.Label],
        TrueLabel = one.Example.Label == one.Example.StoredLabel ? null : classes[one.Example.StoredLabel],
    };
}
