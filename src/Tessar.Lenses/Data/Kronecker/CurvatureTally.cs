using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Operators.Kronecker;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>What a method with a curvature learns on its way, for the report.</summary>
/// <param name="context">Who hears remarks at once.</param>
internal sealed class CurvatureTally(MethodContext context)
{
    private readonly List<string> _remarks = [];
    private IReadOnlyList<string> _skipped = [];
    private long _parameters;
    private double _gradientCheck, _traceGap, _eigenvalueGap;

    /// <summary>Absolute λ of every block of every checkpoint.</summary>
    public List<double> Dampings { get; } = [];

    /// <summary>Time spent on the curvature.</summary>
    public TimeSpan Features { get; set; }

    /// <summary>Time spent on targets and scores.</summary>
    public TimeSpan Scoring { get; set; }

    /// <summary>Further checks.</summary>
    public List<SelfCheck> Checks { get; } = [];

    /// <summary>Notes a checkpoint.</summary>
    public void Note(GradientModel model)
    {
        _gradientCheck = Math.Max(_gradientCheck, model.GradientCheck);
        if (_parameters == 0 && model.SlowPath is { } slow)
            Remark(slow);
        (_parameters, _skipped) = (model.Gradients.ParameterCount, model.Skipped);
    }

    /// <summary>Notes a curvature.</summary>
    public void Note(KroneckerCurvature curvature)
    {
        (_traceGap, _eigenvalueGap) = (Math.Max(_traceGap, curvature.TraceGap), Math.Max(_eigenvalueGap, curvature.EigenvalueGap));
        string[] dead = [.. curvature.Shapes.Where((_, b) => curvature.Values[b].count_nonzero().item<long>() == 0).SelectMany(shape => shape.Parameters)];
        if (dead.Length > 0)
            Remark($"No train example has a gradient in {string.Join(", ", dead)}: it adds nothing.");
        string[] diagonal = [.. curvature.Shapes.Where(shape => !shape.IsFactored).Select(shape => shape.Name)];
        if (diagonal.Length > 0)
            Remark($"The curvature of {string.Join(", ", diagonal)} is taken as diagonal: they belong to no Linear or ungrouped convolution layer of their own.");
    }

    /// <summary>Adds a remark, once.</summary>
    public void Remark(string remark)
    {
        if (_remarks.Contains(remark))
            return;
        _remarks.Add(remark);
        context.Warn?.Invoke(remark);
    }

    /// <summary>The report.</summary>
    public AttributionReport Report(string method, string output, string units, long examples) => new()
    {
        Method = method,
        Output = output,
        Units = units,
        Parameters = _parameters,
        SkippedParameters = _skipped,
        Damping = Dampings,
        Checks =
        [
            new SelfCheck(
                "trace-gap", _traceGap, 1e-3,
                "Largest difference between the sum of a layer's eigenvalues and the mean squared gradient of the same draws, relative to the latter; 0 where no eigenvalues were measured."),
            new SelfCheck("eigenvalue-gap", _eigenvalueGap, 1e-6, "Largest difference between the trace of a factor and the sum of its eigenvalues, relative to the trace."),
            .. Checks,
        ],
        Remarks = _remarks,
        SecondsFeatures = Features.TotalSeconds,
        SecondsScoring = Scoring.TotalSeconds,
        ExamplesComputed = examples,
        GradientCheck = _gradientCheck,
    };
}
