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

/// <summary>
/// Influence by one Newton step, solved by conjugate gradients on products of the curvature, which is never written out.
/// </summary>
/// <remarks>
/// score[i, j] = (1/n) ∇f(q_j)ᵀ (H + λI)⁻¹ (−∇ℓ_i). A target that meets negative curvature keeps its unfinished answer and is
/// reported; the Gauss–Newton matrix has none. Several checkpoints are averaged. Source: Martens 2010; Koh and Liang,
/// arXiv:1703.04730, section 3.
/// </remarks>
[Method(
    "data/influence-cg", Paper = "arXiv:1703.04730",
    Cost = "per checkpoint iterations·m·n·(two backward passes) and n·P·m; memory 5·P·m numbers, in blocks of targets",
    BestFor = "few targets, models of any size with a handful of explained predictions")]
public sealed class InfluenceCg(InfluenceCgOptions options) : IAttributionMethod
{
    private readonly InfluenceCgOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context) =>
        Scores().Score(run, train, targets, context);

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        Scores().SelfInfluence(run, train, context);

    private InfluenceScores Scores() => new(
        "data/influence-cg", _options.Output, _options.Curvature, _options.BatchSize, _options.Unsupported,
        _options.UseDouble ? ScalarType.Float64 : ScalarType.Float32,
        curvature => new ConjugateInverse(curvature, _options.Damping, _options.Iterations, _options.Tolerance));
}

/// <summary>Settings of <see cref="InfluenceCg"/>.</summary>
public sealed record InfluenceCgOptions
{
    /// <summary>Which second derivative of the training loss: the Gauss–Newton matrix, never negative, or the Hessian.</summary>
    public CurvatureKind Curvature { get; init; } = CurvatureKind.GaussNewton;

    /// <summary>Damping λ relative to the mean eigenvalue of the Gauss–Newton matrix.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 1;

    /// <summary>Most iterations of conjugate gradients.</summary>
    [Range(1, 100_000)]
    public int Iterations { get; init; } = 100;

    /// <summary>Relative residual ‖(H + λI)x − g‖/‖g‖ at which a target is done.</summary>
    [Range(1e-14, 1.0)]
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Compute in 64 bits: about twice the time, and residuals below 1e-5 within reach.</summary>
    public bool UseDouble { get; init; }

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 128;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}
