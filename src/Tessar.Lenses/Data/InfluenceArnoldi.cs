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
/// Influence within the leading eigenvectors of the curvature, which a Krylov space finds once for all targets.
/// </summary>
/// <remarks>
/// score[i, j] = (1/n) Σ_k (∇f(q_j)·v_k)(v_k·(−∇ℓ_i))/(μ_k + λ) over the kept eigenpairs of H; what lies outside of them is
/// dropped. Symmetric Lanczos with full reorthogonalisation. Several checkpoints are averaged. Source: Schioppa et al.,
/// arXiv:2112.03052.
/// </remarks>
[Method(
    "data/influence-arnoldi", Paper = "arXiv:2112.03052",
    Cost = "per checkpoint K products of all examples and K²·P for orthogonality, then n·P·m; memory K·P numbers",
    BestFor = "many targets on a curvature of low rank")]
public sealed class InfluenceArnoldi(InfluenceArnoldiOptions options) : IAttributionMethod
{
    private readonly InfluenceArnoldiOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context) =>
        Scores().Score(run, train, targets, context);

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        Scores().SelfInfluence(run, train, context);

    private InfluenceScores Scores() => new(
        "data/influence-arnoldi", _options.Output, _options.Curvature, _options.BatchSize, _options.Unsupported,
        _options.UseDouble ? ScalarType.Float64 : ScalarType.Float32,
        curvature => new KrylovInverse(curvature, _options.Damping, _options.KrylovDimension, _options.Keep));
}

/// <summary>Settings of <see cref="InfluenceArnoldi"/>.</summary>
public sealed record InfluenceArnoldiOptions
{
    /// <summary>Which second derivative of the training loss: the Gauss–Newton matrix, never negative, or the Hessian.</summary>
    public CurvatureKind Curvature { get; init; } = CurvatureKind.GaussNewton;

    /// <summary>Damping λ relative to the mean eigenvalue of the Gauss–Newton matrix.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 1;

    /// <summary>Size of the Krylov space.</summary>
    [Range(1, 100_000)]
    public int KrylovDimension { get; init; } = 200;

    /// <summary>Leading eigenvectors that are kept.</summary>
    [Range(1, 100_000)]
    public int Keep { get; init; } = 50;

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
