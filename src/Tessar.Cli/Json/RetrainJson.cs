using Tessar.Runs.Retraining;

namespace Tessar.Cli.Json;

/// <summary>`tessar retrain`.</summary>
internal sealed record RetrainJson : JsonResult
{
    /// <summary>Full path of the folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Full path of the file with `masks`, U8 [masks, training examples].</summary>
    public required string Masks { get; init; }

    /// <summary>
    /// Full path of the file with `outputs`, F32 [trainings, targets], or [trainings, targets, classes] for logits.
    /// </summary>
    public required string Outputs { get; init; }

    /// <summary>What is kept of each answer: `margin`, `loss` or `logits`.</summary>
    public required string Output { get; init; }

    /// <summary>All trainings.</summary>
    public required int Trainings { get; init; }

    /// <summary>Those that failed, with the reason.</summary>
    public required IReadOnlyList<FailedTrainingJson> Failed { get; init; }

    /// <summary>Mean share of the targets classified as labelled, over the trainings that ended.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>Seconds of this call.</summary>
    public required double Seconds { get; init; }

    public static RetrainJson Of(RetrainedModels models, double? accuracy, double seconds) => new()
    {
        Directory = models.Directory,
        Masks = models.MasksPath,
        Outputs = models.OutputsPath,
        Output = models.Record.Output.ToString().ToLowerInvariant(),
        Trainings = models.Count,
        Failed = [.. models.Record.Failed.Select(f => new FailedTrainingJson(f.Job, f.Reason))],
        TestAccuracy = accuracy,
        Seconds = seconds,
    };
}

/// <summary>A training that didn't end.</summary>
/// <param name="Training">Its number.</param>
/// <param name="Reason">What went wrong.</param>
internal sealed record FailedTrainingJson(int Training, string Reason);
