using System.Globalization;
using Tessar.Examples;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>Which classes of the source data help or hurt when a program is transferred to another task.</summary>
internal sealed record TransferAnswer : RecordedAnswer
{
    /// <summary>Name of the source run.</summary>
    public required string Run { get; init; }

    /// <summary>The target task's data.</summary>
    public required string Target { get; init; }

    /// <summary>What the target task is learned from.</summary>
    public required string TargetTrain { get; init; }

    /// <summary>The targets.</summary>
    public required string TargetTest { get; init; }

    /// <summary>Number of targets.</summary>
    public required int TargetCount { get; init; }

    /// <summary>`margin` or `probability`: the unit of influences.</summary>
    public required string Output { get; init; }

    /// <summary>Source models that answered.</summary>
    public required int Models { get; init; }

    /// <summary>Those whose training failed.</summary>
    public int ModelsFailed { get; init; }

    /// <summary>Classes each source model was trained on.</summary>
    public required int ClassesPerModel { get; init; }

    /// <summary>Mean accuracy on the targets.</summary>
    public double MeanAccuracy { get; init; }

    /// <summary>The source classes.</summary>
    public required IReadOnlyList<TransferClass> Classes { get; init; }

    /// <summary>Target accuracy when classes are removed from the source; empty without the check.</summary>
    public IReadOnlyList<TransferRemovalPoint> Removal { get; init; } = [];

    /// <summary>Full path of the folder that keeps this and the influences on each target.</summary>
    public string Result { get; init; } = string.Empty;

    /// <summary>Seconds spent on training source models.</summary>
    public double SecondsTraining { get; init; }

    /// <summary>Seconds in all.</summary>
    public double Seconds { get; init; }

    internal static TransferAnswer Of(
        Run run, string target, (ExampleSet Train, ExampleSet Test) sets, string output, int size, TransferTally tally,
        IReadOnlyList<(int Label, string Name)> classes)
    {
        ClassInfluence[] influences = [.. Enumerable.Range(0, classes.Count).Select(c => tally.Of(c))];
        double[] q = FalseDiscovery.QValues([.. influences.Select(i => i.PValue)]);
        return new TransferAnswer
        {
            Run = run.Name,
            Target = target,
            TargetTrain = sets.Train.ToString(),
            TargetTest = sets.Test.ToString(),
            TargetCount = sets.Test.Count,
            Output = output,
            Models = tally.Models,
            ClassesPerModel = size,
            Classes = [.. influences.Select((influence, c) => TransferClass.Of(c, classes[c], influence, q[c]))],
        };
    }
}

/// <summary>A source class and its influence on the mean output of the targets.</summary>
internal sealed record TransferClass
{
    /// <summary>Its row in the array file.</summary>
    public required int Index { get; init; }

    /// <summary>Its number in the source data.</summary>
    public required int Label { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Change of the mean output when the class is in the source; absent when every model or none had it.</summary>
    public double? Influence { get; init; }

    /// <summary>Welch's standard error; absent with fewer than two models on a side.</summary>
    public double? StandardError { get; init; }

    /// <summary>95 % interval.</summary>
    public IReadOnlyList<double>? Interval { get; init; }

    /// <summary>Two-sided p.</summary>
    public double? PValue { get; init; }

    /// <summary>q of Benjamini and Hochberg over the classes.</summary>
    public double? QValue { get; init; }

    /// <summary>Models trained on it.</summary>
    public required int With { get; init; }

    /// <summary>Models trained without it.</summary>
    public required int Without { get; init; }

    internal static TransferClass Of(int index, (int Label, string Name) sourceClass, ClassInfluence influence, double q) => new()
    {
        Index = index,
        Label = sourceClass.Label,
        Name = sourceClass.Name,
        Influence = Known(influence.Value),
        StandardError = Known(influence.StandardError),
        Interval = double.IsNaN(influence.HalfWidth)
            ? null
            : [influence.Value - influence.HalfWidth, influence.Value + influence.HalfWidth],
        PValue = Known(influence.PValue),
        QValue = Known(q),
        With = influence.With,
        Without = influence.Without,
    };

    private static double? Known(double value) => double.IsNaN(value) ? null : value;
}

/// <summary>Target accuracies after removing some classes.</summary>
internal sealed record TransferRemovalPoint
{
    /// <summary>Classes removed.</summary>
    public required int Removed { get; init; }

    /// <summary>Those with the lowest influence.</summary>
    public required TransferAccuracy WorstRemoved { get; init; }

    /// <summary>Those with the highest.</summary>
    public required TransferAccuracy BestRemoved { get; init; }

    /// <summary>Random ones, others for each model.</summary>
    public required TransferAccuracy RandomRemoved { get; init; }
}

/// <summary>Accuracies of some models.</summary>
internal sealed record TransferAccuracy
{
    /// <summary>Their mean; absent when no model came to its end.</summary>
    public double? Mean { get; init; }

    /// <summary>Its standard error; absent with fewer than two models.</summary>
    public double? StandardError { get; init; }

    /// <summary>Number of models.</summary>
    public required int Models { get; init; }

    /// <summary>As people read it.</summary>
    internal string Text => Mean is null ? "–"
        : StandardError is { } error
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * Mean:0.0} ± {196 * error:0.0} %")
        : string.Create(CultureInfo.InvariantCulture, $"{100 * Mean:0.0} %");

    internal static TransferAccuracy Of(double[] accuracies)
    {
        if (accuracies.Length == 0)
            return new TransferAccuracy { Models = 0 };
        double mean = accuracies.Average();
        double? error = accuracies.Length < 2
            ? null
            : Math.Sqrt(accuracies.Sum(a => (a - mean) * (a - mean)) / (accuracies.Length - 1.0) / accuracies.Length);
        return new TransferAccuracy { Mean = mean, StandardError = error, Models = accuracies.Length };
    }
}
