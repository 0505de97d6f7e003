using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>What the evaluations that remove examples and train again have in common.</summary>
internal abstract record EvaluationAnswer : RecordedAnswer
{
    /// <summary>Name of the run whose program was trained again.</summary>
    public string Run { get; init; } = string.Empty;

    /// <summary>Name of the method.</summary>
    public string Method { get; init; } = string.Empty;

    /// <summary>The effective options of the method.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Models on random halves that the method looked at; 0 for the runs' own.</summary>
    public int Ensemble { get; init; }

    /// <summary>Checkpoints the method looked at.</summary>
    public int Checkpoints { get; init; }

    /// <summary>The training examples.</summary>
    public string Train { get; init; } = string.Empty;

    /// <summary>The range that the targets lie in.</summary>
    public string Targets { get; init; } = string.Empty;

    /// <summary>Trainings of each removal.</summary>
    public int Seeds { get; init; }

    /// <summary>All trainings that were needed, those that were there before included.</summary>
    public int Trainings { get; init; }

    /// <summary>Trainings that failed and are left out.</summary>
    public int FailedTrainings { get; init; }

    /// <summary>What to know before trusting the numbers.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Seconds spent on training without examples; nearly 0 when the models were there.</summary>
    public double SecondsRetraining { get; init; }

    /// <summary>Seconds spent on training the ensemble; nearly 0 when it was there.</summary>
    public double SecondsEnsemble { get; init; }

    /// <summary>Seconds the method took.</summary>
    public double SecondsScoring { get; init; }

    /// <summary>Most memory the process has held.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Full path of the file that keeps this.</summary>
    public string Result { get; init; } = string.Empty;

    /// <summary>Fills in what is common.</summary>
    internal static T Common<T>(
        T result, Inquiry inquiry, RemovalTrainings trainings, ExampleSet targets, AttributionReport report, int seeds)
        where T : EvaluationAnswer
    {
        using var process = Process.GetCurrentProcess();
        return result with
        {
            Run = inquiry.Run.Name,
            Method = inquiry.Method.Name,
            Options = inquiry.Options,
            Checkpoints = inquiry.View.Checkpoints.Count,
            Train = trainings.Train.ToString(),
            Targets = targets.ToString(),
            Seeds = seeds,
            Trainings = trainings.Trainings,
            FailedTrainings = trainings.Failed,
            Remarks = [.. result.Remarks, .. report.Remarks],
            SecondsRetraining = trainings.Seconds,
            PeakBytes = process.PeakWorkingSet64,
        };
    }

    /// <summary>The answer as it is kept.</summary>
    internal MethodAnswer Kept(object value, JsonElement payload, AttributionReport report) =>
        new() { Value = value, Payload = payload, Train = Train, Targets = Targets, Checks = report.Checks, Remarks = Remarks };
}
