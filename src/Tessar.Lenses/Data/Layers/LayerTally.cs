using System.Globalization;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Lenses.Data.Layers;

/// <summary>What a method of layer-wise projections learns on its way, for the report.</summary>
internal sealed class LayerTally
{
    private readonly List<string> _remarks = [];
    private readonly List<double> _kept = [];
    private IReadOnlyList<string> _skipped = [];
    private long _parameters;
    private long _computed;
    private double _gradientCheck;

    /// <summary>Absolute λ of every layer of every checkpoint.</summary>
    public List<double> Dampings { get; } = [];

    /// <summary>Time spent on gradients.</summary>
    public TimeSpan Features { get; set; }

    /// <summary>Time spent on solving.</summary>
    public TimeSpan Scoring { get; set; }

    /// <summary>Notes one checkpoint.</summary>
    public void Note(FeatureModel model, LayerFeatures features, IReadOnlyList<LayerProjection> parts, int examples, MethodContext context)
    {
        _gradientCheck = Math.Max(_gradientCheck, model.GradientCheck);
        (_parameters, _skipped) = (model.Gradients.ParameterCount, model.Skipped);
        _computed += examples;
        _kept.Add(features.KeptLength);
        string[] dead = [.. parts.Where((_, p) => features.SumOfSquares[p] == 0).SelectMany(part => part.Parameters)];
        if (dead.Length == 0)
            return;
        string remark = $"No train example has a gradient in {string.Join(", ", dead)} of {Path.GetFileName(model.Checkpoint.Checkpoint.File)}: it adds nothing.";
        _remarks.Add(remark);
        context.Warn?.Invoke(remark);
    }

    /// <summary>The report.</summary>
    public AttributionReport Report(string method, string output, string units) => new()
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
                "kept-length", _kept.Average(), null, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Mean squared length of the projected gradients over that of the whole ones, on the first examples of {_kept.Count} checkpoints; random projections aim at 1.")),
        ],
        Remarks = _remarks,
        SecondsFeatures = Features.TotalSeconds,
        SecondsScoring = Scoring.TotalSeconds,
        ExamplesComputed = _computed,
        GradientCheck = _gradientCheck,
    };
}
