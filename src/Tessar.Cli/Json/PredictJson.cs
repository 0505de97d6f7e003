using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>`tessar predict`.</summary>
internal sealed record PredictJson : JsonResult
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Full path of the weights that answered.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The examples, such as `test:0-99`.</summary>
    public required string Targets { get; init; }

    /// <summary>Number of examples.</summary>
    public required int Examples { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Full path of a safetensors file with `logits`, float32 [examples, classes].</summary>
    public required string Outputs { get; init; }

    /// <summary>Mean loss: cross-entropy in nats for classification.</summary>
    public required double Loss { get; init; }

    /// <summary>Share of the examples whose largest logit is that of their label.</summary>
    public double? Accuracy { get; init; }

    /// <summary>What else the run's task measures, by name; absent for classification.</summary>
    public IReadOnlyDictionary<string, double>? Others { get; init; }

    /// <summary>Seconds the forward passes took, when they were computed.</summary>
    public required double Seconds { get; init; }

    public static PredictJson Of(Run run, ExampleSet examples, Predictions predictions)
    {
        (double loss, double accuracy) = predictions.Score(examples);
        return new PredictJson
        {
            Run = run.Name,
            Checkpoint = run.Checkpoints[^1].File,
            Targets = examples.ToString(),
            Examples = predictions.Count,
            Classes = predictions.Classes,
            Outputs = predictions.ArraysPath,
            Loss = loss,
            Accuracy = double.IsNaN(accuracy) ? null : accuracy,
            Others = MetricRow.Named(predictions.Measure(examples).Others(string.Empty)),
            Seconds = predictions.Record.Seconds,
        };
    }
}
