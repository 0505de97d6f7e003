using System.Diagnostics;
using Tessar.Gradients;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>What a method learns on its way over the checkpoints, for the report: time, parameters, checks, remarks.</summary>
/// <param name="context">Who hears remarks at once.</param>
internal class ScoreTally(MethodContext context)
{
    private readonly List<string> _remarks = [];
    private readonly List<SelfCheck> _checks = [];

    /// <summary>Time for gradients, features and curvature.</summary>
    public Stopwatch Features { get; } = new();

    /// <summary>Time for solving and scoring.</summary>
    public Stopwatch Scoring { get; } = new();

    /// <summary>Absolute λ of every kernel or block of every checkpoint.</summary>
    public List<double> Dampings { get; } = [];

    /// <summary>Train examples whose gradients were computed, over all checkpoints.</summary>
    public long Computed { get; set; }

    /// <summary>Number of parameters whose gradient was used.</summary>
    protected long Parameters { get; private set; }

    private IReadOnlyList<string> Skipped { get; set; } = [];

    private double GradientCheck { get; set; }

    /// <summary>Notes a model whose gradients are computed here, and says so when some of them go the slow way.</summary>
    public void Note(GradientModel model)
    {
        Note(model.Gradients.ParameterCount, model.Skipped, model.GradientCheck);
        if (model.SlowPath is { } slow)
            Remark(slow);
    }

    /// <summary>Notes a model.</summary>
    /// <param name="parameters">Parameters whose gradient counts.</param>
    /// <param name="skipped">Names of the others.</param>
    /// <param name="gradientCheck">Difference between fast and one-by-one gradients.</param>
    public void Note(long parameters, IReadOnlyList<string> skipped, double gradientCheck)
    {
        (Parameters, Skipped) = (parameters, skipped);
        GradientCheck = Math.Max(GradientCheck, gradientCheck);
    }

    /// <summary>Notes a check; of several values under one name the largest counts.</summary>
    public void Check(SelfCheck check)
    {
        int known = _checks.FindIndex(before => before.Name == check.Name);
        if (known < 0)
            _checks.Add(check);
        else if (check.Value >= _checks[known].Value)
            _checks[known] = check;
    }

    /// <summary>Notes a check in place of one of the same name.</summary>
    protected void Replace(SelfCheck check)
    {
        _checks.RemoveAll(before => before.Name == check.Name);
        _checks.Add(check);
    }

    /// <summary>Notes a sentence, once, and warns whoever listens.</summary>
    public void Remark(string sentence)
    {
        if (_remarks.Contains(sentence))
            return;
        _remarks.Add(sentence);
        context.Warn?.Invoke(sentence);
    }

    /// <summary>The report.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="output">Name of what is explained.</param>
    /// <param name="units">What a score of 1 means; null for no unit.</param>
    public AttributionReport Report(string method, string output, string? units = null)
    {
        var report = new AttributionReport
        {
            Method = method,
            Output = output,
            Parameters = Parameters,
            SkippedParameters = Skipped,
            Damping = Dampings,
            Checks = [.. _checks],
            Remarks = _remarks,
            SecondsFeatures = Features.Elapsed.TotalSeconds,
            SecondsScoring = Scoring.Elapsed.TotalSeconds,
            ExamplesComputed = Computed,
            GradientCheck = GradientCheck,
        };
        return units is null ? report : report with { Units = units };
    }
}
