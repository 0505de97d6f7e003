using System.ComponentModel.DataAnnotations;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Lenses.Data.Influences;
using Tessar.Methods;
using Tessar.Operators;
using Tessar.Operators.Inverses;
using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>Influence by one Newton step: the curvature of the training loss is written out, factored and divided by.</summary>
/// <remarks>
/// score[i, j] = (1/n) ∇f(q_j)ᵀ (H + λI)⁻¹ (−∇ℓ_i), all in fp64. λ > 0 is needed: softmax models have directions without
/// curvature, because adding one number to every class changes nothing. Several checkpoints are averaged. Source: Koh and Liang,
/// arXiv:1703.04730, eq. 2.
/// </remarks>
[Method(
    "data/influence-explicit", Paper = "arXiv:1703.04730",
    Cost = "per checkpoint n·C·P² (one Linear layer: n·in²·C²/2; Hessian of a network: P products of all examples), P³/3, P²·m, "
        + "n·P·m; memory 24 P² bytes",
    BestFor = "models of up to about 9,000 parameters, such as logistic regression: exact")]
public sealed class InfluenceExplicit(InfluenceExplicitOptions options) : IAttributionMethod
{
    private readonly InfluenceExplicitOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context) =>
        Scores().Score(run, train, targets, context);

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        Scores().SelfInfluence(run, train, context);

    private InfluenceScores Scores() => new(
        "data/influence-explicit", _options.Output, _options.Curvature, _options.BatchSize, _options.Unsupported,
        ScalarType.Float64,
        curvature => new ExplicitInverse(curvature, _options.Damping));
}

/// <summary>Settings of <see cref="InfluenceExplicit"/>.</summary>
public sealed record InfluenceExplicitOptions
{
    /// <summary>Which second derivative of the training loss: the Gauss–Newton matrix, never negative, or the Hessian.</summary>
    public CurvatureKind Curvature { get; init; } = CurvatureKind.GaussNewton;

    /// <summary>Damping λ relative to the mean eigenvalue of the Gauss–Newton matrix.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 1;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 128;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}
