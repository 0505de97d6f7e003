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
/// Influence within a small, layer-wise part of the gradient: both sides of each layer are projected before they are multiplied.
/// </summary>
/// <remarks>
/// g_l = P_out G_l P_inᵀ for each Linear and convolution layer l, H_l = mean over train examples of vec(g_l) vec(g_l)ᵀ with g_l
/// of the loss, score[i, j] = (1/n) Σ_l ∇f_l(q_j)ᵀ (H_l + λ_l I)⁻¹ (−∇ℓ_l(z_i)), λ_l = damping · mean eigenvalue of H_l. Other
/// parameters keep their gradient, count-sketched when it is longer than rank². Several runs are averaged. Source: Choe et al.,
/// arXiv:2405.13954.
/// </remarks>
[Method(
    "data/logra", Paper = "arXiv:2405.13954",
    Cost = "per run and layer n·T·(in + out)·r + n·r⁴ + r⁶/3 for rank r; memory or temporary disk 4·n·r² bytes per layer",
    BestFor = "influence with curvature on large layers, at the price of two passes over the train set")]
public sealed class LoGra(LoGraOptions options) : IAttributionMethod
{
    private readonly LoGraOptions _options = options.Checked();
    private const string MethodName = "data/logra";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new LayerTally(context);
        return CheckpointScores.Mean(
            run, train, targets, context, (view, sum, pass) => Pass().Visit(tally, view, train, targets, pass, features =>
            {
                (Tensor? scores, Tensor? self, IReadOnlyList<double> dampings) = LayerKernels.Sum(
                    features, width => Relative(train.Count, width), withScores: true, withSelf: _options.Mode != LoGraMode.Dot,
                    pass);
                tally.Dampings.AddRange(dampings.Select(damping => damping / train.Count));
                sum.add_(_options.Mode switch
                {
                    LoGraMode.Dot => scores!,
                    LoGraMode.Cosine => scores! * InverseRoot(self!).unsqueeze(1),
                    _ => scores! - 0.5 * self!.unsqueeze(1),
                });
            }),
            () => tally.Report(MethodName, run.Task.Output(_options.Output).Name, _options.Mode switch
            {
                LoGraMode.Dot => "change of the output by the example, by one Newton step in the projected weights",
                LoGraMode.Cosine => "that change over the square root of the example's own influence on its loss",
                _ => "that change less half of the example's own influence on its loss",
            }) with
            {
                Projection = MethodOption.Write(_options.Basis),
            });
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        var tally = new LayerTally(context);
        return CheckpointScores.MeanOfSelf(
            run, train, context, (view, sum, pass) => Pass().Visit(tally, view, train, targets: null, pass, features =>
        {
            (_, Tensor? self, _) = LayerKernels.Sum(
                features, width => Relative(train.Count, width), withScores: false, withSelf: true, pass);
            // Rows are Q∇f: the product with the example's own ∇f is the one with its row over Q.
            Tensor hasLoss = features.Factors.ne(0);
            Tensor own = where(
                hasLoss, self! / where(hasLoss, features.Factors, ones_like(features.Factors)), zeros_like(self!));
            sum.add_(_options.Mode switch
            {
                LoGraMode.Dot => own,
                LoGraMode.Cosine => own * InverseRoot(self!),
                _ => own - 0.5 * self!,
            });
        }));
    }

    // λ of ΦᵀΦ relative to its trace over n. With H = ΦᵀΦ/n of width w, damping · tr(H)/w is (damping · n/w) · tr(ΦᵀΦ)/n over n.
    private double Relative(int n, int width) => _options.Damping * n / width;

    private LayerPass Pass() => new(
        MethodName, _options.Output, AreLosses: true, _options.BatchSize, _options.Unsupported, Plan);

    private LayerProjection[] Plan(GradientModel model, ExampleSet train, MethodContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch sample, _) = model.Run(train, [0]);
        (IReadOnlyList<FactoredLayer> layers, IReadOnlyList<ParameterSlot> others) = FactoredLayer.Of(model.Gradients, sample);
        ulong Key(int table) => SketchHash.Key(_options.Seed ?? context.Seed, model.CheckpointNumber, table);
        (Tensor? Inputs, Tensor? Outputs)[] sides = _options.Basis == LoGraBasis.Pca
            ? SideBasis.Principal(model, layers, _options.Rank, train, _options.BatchSize, context)
            : [.. layers.Select((layer, l) => (
                SideBasis.RandomSigns(Key(2 * l), layer.Inputs, _options.Rank),
                SideBasis.RandomSigns(Key(2 * l + 1), layer.Outputs, _options.Rank)))];
        int width = _options.Rank * _options.Rank;
        return
        [
            .. layers.Select((layer, l) => new SmallSides(layer, sides[l].Inputs, sides[l].Outputs)),
            .. others.Select((slot, s) =>
                new PlainSketch(slot, slot.Count, width, keepsSmall: true, draw => Key(2 * (layers.Count + s) + draw))),
        ];
    }

    // 1/√x, and 0 for 0.
    private static Tensor InverseRoot(Tensor values)
    {
        Tensor positive = values.gt(0);
        return where(positive, values, ones_like(values)).rsqrt() * positive;
    }
}

/// <summary>Settings of <see cref="LoGra"/>.</summary>
public sealed record LoGraOptions
{
    /// <summary>Numbers kept of each side of a layer; a side with fewer is kept whole.</summary>
    [Range(1, 512)]
    public int Rank { get; init; } = 64;

    /// <summary>Which: random signs, or the leading eigenvectors of the sides' covariances, which costs one more pass.</summary>
    public LoGraBasis Basis { get; init; } = LoGraBasis.Random;

    /// <summary>Damping λ of each layer relative to the mean eigenvalue of its H.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 0.1;

    /// <summary>
    /// The plain influence, or one that takes the strength of loud examples away: by division or by subtraction.
    /// </summary>
    public LoGraMode Mode { get; init; } = LoGraMode.Dot;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Seed of the random signs; that of the job when left open.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}

/// <summary>What <see cref="LoGra"/> projects the sides of a layer on.</summary>
public enum LoGraBasis
{
    /// <summary>Random signs.</summary>
    Random,

    /// <summary>The leading eigenvectors of the covariances of inputs and of output gradients.</summary>
    Pca,
}

/// <summary>How <see cref="LoGra"/> treats the strength of a training example.</summary>
public enum LoGraMode
{
    /// <summary>It counts.</summary>
    Dot,

    /// <summary>Divided by the square root of the example's influence on its own loss.</summary>
    Cosine,

    /// <summary>Less half of the example's influence on its own loss.</summary>
    L2,
}
