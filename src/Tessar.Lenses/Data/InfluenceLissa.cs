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

/// <summary>Influence by one Newton step, with the inverse curvature as a truncated series over random batches.</summary>
/// <remarks>
/// score[i, j] = (1/n) ∇f(q_j)ᵀ (H + λI)⁻¹ (−∇ℓ_i) with v ← g + (I − (H_B + λI)/σ)v, answer v/σ, σ = 1.05 (‖H‖ + λ). The
/// remaining residual is measured over all examples and reported; a series that grows is an error. Source: Agarwal et al.,
/// arXiv:1602.03943; arXiv:1703.04730, section 3.
/// </remarks>
[Method(
    "data/influence-lissa", Paper = "arXiv:1602.03943",
    Cost = "per checkpoint repeats·depth·batch·m·(two backward passes), about 30 products of all examples for σ, n·P·m",
    HasIndividualDraws = true,
    BestFor = "very large train sets, when a rough answer will do")]
public sealed class InfluenceLissa(InfluenceLissaOptions options) : IAttributionMethod
{
    private readonly InfluenceLissaOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context) =>
        Scores().Score(run, train, targets, context);

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        Scores().SelfInfluence(run, train, context);

    private InfluenceScores Scores() => new(
        "data/influence-lissa", _options.Output, _options.Curvature, _options.BatchSize, _options.Unsupported,
        _options.UseDouble ? ScalarType.Float64 : ScalarType.Float32,
        curvature => new NeumannInverse(
            curvature, _options.Damping,
            new NeumannSettings(_options.Depth, _options.LissaBatch, _options.Repeats) { BatchOption = "lissa-batch" }));
}

/// <summary>Settings of <see cref="InfluenceLissa"/>.</summary>
public sealed record InfluenceLissaOptions
{
    /// <summary>Which second derivative of the training loss: the Gauss–Newton matrix, never negative, or the Hessian.</summary>
    public CurvatureKind Curvature { get; init; } = CurvatureKind.GaussNewton;

    /// <summary>Damping λ relative to the mean eigenvalue of the Gauss–Newton matrix.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 1;

    /// <summary>Terms of the series.</summary>
    [Range(1, 1_000_000)]
    public int Depth { get; init; } = 100;

    /// <summary>Random training examples per term; n or more take all of them.</summary>
    [Range(1, 1 << 24)]
    public int LissaBatch { get; init; } = 100;

    /// <summary>Series whose answers are averaged.</summary>
    [Range(1, 10_000)]
    public int Repeats { get; init; } = 1;

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
