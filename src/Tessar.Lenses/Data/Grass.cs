using System.ComponentModel.DataAnnotations;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Layers;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// TRAK's kernel on gradients of which only a random part is ever formed, which is then count-sketched: for large layers.
/// </summary>
/// <remarks>
/// φ = S M g: M keeps k' entries of the gradient (of a layer G = Σ_t δ_t a_tᵀ: k'_out outputs times k'_in inputs, so that only
/// those products are formed), times √(p/k'); S adds them to k buckets with random signs. score = Q ⊙ Σ_l Φ_l (Φ_lᵀΦ_l + λ_l I)⁻¹
/// φ_l(q), one kernel per layer or one for all, λ_l = damping · tr(Φ_lᵀΦ_l)/n as in TRAK. Several runs are averaged. Source: Hu
/// et al., arXiv:2505.18976.
/// </remarks>
[Method(
    "data/grass", Paper = "arXiv:2505.18976",
    Cost = "per run and layer n·T·k' + n·k² + k³/3, k' = 4k by default; memory or temporary disk 4·n·k bytes per layer",
    BestFor = "models so large that even one addition per parameter and example is too much")]
public sealed class Grass(GrassOptions options) : IAttributionMethod
{
    private readonly GrassOptions _options = options.Checked();
    private const string MethodName = "data/grass";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new LayerTally(context);
        return CheckpointScores.Mean(
            run, train, targets, context, (view, sum, pass) => Pass().Visit(tally, view, train, targets, pass, features =>
            {
                (Tensor? scores, _, IReadOnlyList<double> dampings) = LayerKernels.Sum(
                    features, _ => _options.Damping, withScores: true, withSelf: false, pass);
                tally.Dampings.AddRange(dampings);
                sum.add_(scores!.mul_(features.Factors.unsqueeze(1)));
            }),
            () =>
                tally.Report(
                    MethodName, run.Task.Output(_options.Output).Name,
                    "change of the output by the example, by one Newton step in the projected weights") with
                {
                    Projection = MethodOption.Write(_options.Kernel),
                    ProjectionDimension = _options.ProjectionDimension,
                });
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        var tally = new LayerTally(context);
        return CheckpointScores.MeanOfSelf(
            run, train, context, (view, sum, pass) => Pass().Visit(tally, view, train, targets: null, pass, features =>
        {
            (_, Tensor? self, _) = LayerKernels.Sum(features, _ => _options.Damping, withScores: false, withSelf: true, pass);
            sum.add_(self!.mul_(features.Factors));
        }));
    }

    private LayerPass Pass() => new(
        MethodName, _options.Output, AreLosses: false, _options.BatchSize, _options.Unsupported, Plan);

    private LayerProjection[] Plan(GradientModel model, ExampleSet train, MethodContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch sample, _) = model.Run(train, [0]);
        (IReadOnlyList<FactoredLayer> layers, IReadOnlyList<ParameterSlot> others) = FactoredLayer.Of(model.Gradients, sample);
        int k = _options.ProjectionDimension;
        long masked = (long)k * _options.MaskRatio;
        // One kernel for all: gradients of at most k entries in all need no sketch, longer ones are added up in the same k
        // buckets.
        bool isWhole = _options.Kernel == GrassKernel.Whole, isLong = model.Gradients.ParameterCount > k;
        ulong Key(int table) => SketchHash.Key(_options.Seed ?? context.Seed, model.CheckpointNumber, table);
        LayerProjection[] parts =
        [
            .. layers.Select((layer, l) =>
                new MaskedSketch(layer, masked, k, keepsSmall: !isWhole || !isLong, draw => Key(3 * l + draw))),
            .. others.Select((slot, s) =>
                new PlainSketch(slot, masked, k, keepsSmall: !isWhole || !isLong, draw => Key(3 * (layers.Count + s) + draw))),
        ];
        return isWhole ? [new JoinedProjection(parts, areAdded: isLong)] : parts;
    }
}

/// <summary>Settings of <see cref="Grass"/>.</summary>
public sealed record GrassOptions
{
    /// <summary>Width k of the sketch, of each layer or of all together; shorter gradients are kept whole.</summary>
    [Range(1, 1 << 20)]
    public int ProjectionDimension { get; init; } = 2048;

    /// <summary>Entries kept by the masks of a layer, as a multiple of k; gradients with fewer aren't masked.</summary>
    [Range(1, 1024)]
    public int MaskRatio { get; init; } = 4;

    /// <summary>One kernel for each layer, or one for the whole gradient as in TRAK.</summary>
    public GrassKernel Kernel { get; init; } = GrassKernel.Layer;

    /// <summary>Damping λ of each kernel relative to the mean squared feature norm tr(ΦᵀΦ)/n.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 0.3;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Seed of masks and signs; that of the job when left open.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}

/// <summary>What <see cref="Grass"/> preconditions with.</summary>
public enum GrassKernel
{
    /// <summary>One kernel for each layer.</summary>
    Layer,

    /// <summary>One kernel for the whole gradient.</summary>
    Whole,
}
