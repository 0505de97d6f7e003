using System.Diagnostics;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>The linear datamodeling score of a method: how well its scores predict models trained on subsets.</summary>
public sealed record LdsAnswer : RecordedAnswer
{
    /// <summary>Name of the run whose program was trained on the subsets.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>The effective options of the method; with a sweep, the best ones.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Models on random halves that the method looked at; 0 for the runs' own.</summary>
    public int Ensemble { get; init; }

    /// <summary>
    /// Whether subsets were replayed along the run's own trajectory; then there is no seed noise and no ceiling below 1.
    /// </summary>
    public bool SameTrajectory { get; init; }

    /// <summary>Checkpoints the method looked at.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>Mean over queries of Spearman's correlation, in [−1, 1].</summary>
    public required double Lds { get; init; }

    /// <summary>95 % interval: queries and subsets resampled together, 2,000 times.</summary>
    public required IReadOnlyList<double> Interval { get; init; }

    /// <summary>What a perfect predictor would reach with so many seeds; absent with one seed.</summary>
    public double? NoiseCeiling { get; init; }

    /// <summary>Targets that count.</summary>
    public required int Queries { get; init; }

    /// <summary>Targets left out because their outputs or predictions are the same for every subset.</summary>
    public required int ExcludedColumns { get; init; }

    /// <summary>The training examples.</summary>
    public required string Train { get; init; }

    /// <summary>The targets.</summary>
    public required string Targets { get; init; }

    /// <summary>Subsets.</summary>
    public required int Subsets { get; init; }

    /// <summary>How they were drawn.</summary>
    public required string SubsetRule { get; init; }

    /// <summary>Trainings of each.</summary>
    public required int Seeds { get; init; }

    /// <summary>Trainings that failed and are left out.</summary>
    public required int FailedTrainings { get; init; }

    /// <summary>What was tried, with `--sweep`.</summary>
    public TunedOption? Sweep { get; init; }

    /// <summary>What a score of 1 means.</summary>
    public required string Units { get; init; }

    /// <summary>What to know before trusting the number.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>Seconds spent on training the subsets; nearly 0 when they were there.</summary>
    public double SecondsRetraining { get; init; }

    /// <summary>Seconds spent on training the ensemble; nearly 0 when it was there.</summary>
    public double SecondsEnsemble { get; init; }

    /// <summary>Seconds the method took, over all values of a sweep.</summary>
    public double SecondsScoring { get; init; }

    /// <summary>Most memory the process has held.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Full path of the file that keeps this.</summary>
    public string Result { get; init; } = string.Empty;

    internal static LdsAnswer Of(
        LinearDatamodelingScore lds, Inquiry inquiry, AttributionReport report, ExampleSet train, ExampleSet targets,
        ExampleMasks masks, SubsetOutputs truth)
    {
        using var process = Process.GetCurrentProcess();
        return new LdsAnswer
        {
            Run = inquiry.Run.Name,
            Method = inquiry.Method.Name,
            Checkpoints = inquiry.View.Checkpoints.Count,
            Lds = lds.Score,
            Interval = [lds.Interval.Low, lds.Interval.High],
            NoiseCeiling = lds.NoiseCeiling,
            Queries = lds.PerQuery.Count,
            ExcludedColumns = lds.ExcludedColumns,
            Train = train.ToString(),
            Targets = targets.ToString(),
            Subsets = lds.Subsets,
            SubsetRule = masks.Rule,
            Seeds = truth.Seeds,
            FailedTrainings = truth.Failed,
            Units = report.Units,
            Remarks = [
                .. report.Remarks,
                .. lds.HasUnequalSizes ? ["Subsets differ in size; size was regressed out of both sides."] : Array.Empty<string>()
            ],
            PeakBytes = process.PeakWorkingSet64,
        };
    }
}

/// <summary>An option that was tuned.</summary>
/// <param name="Option">Its name.</param>
/// <param name="Best">The value with the best score on the tuning targets.</param>
/// <param name="TuningQueries">Targets it was decided on; they aren't among `queries`.</param>
/// <param name="Points">What was tried.</param>
public sealed record TunedOption(string Option, string Best, int TuningQueries, IReadOnlyList<SweepPoint> Points);

/// <summary>One value of a sweep.</summary>
/// <param name="Value">As it would be typed.</param>
/// <param name="TuningLds">LDS on the tuning targets.</param>
/// <param name="Lds">LDS on the others; for information, nothing is chosen by it.</param>
public sealed record SweepPoint(string Value, double TuningLds, double Lds);
