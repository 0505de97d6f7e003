using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// Scores how well the loss gradient of each training example points along a target's: the cosine of the angle between them.
/// </summary>
/// <remarks>
/// score[i, j] = (1/C) Σ_c ⟨∇ℓ_i, ∇ℓ_j⟩ / (‖∇ℓ_i‖ ‖∇ℓ_j‖), 0 where a gradient is zero. Because ∇ℓ = −Q ∇f with Q &gt; 0 and f the
/// margin, the margin's gradients have the same cosine; they are used, since those of the loss underflow for examples the model
/// is sure of. (Other tasks say themselves which output they are compared by.) Source: Charpiat et al., arXiv:2102.05262.
/// </remarks>
[Method(
    "data/grad-cos", Paper = "arXiv:2102.05262", Cost = "that of data/grad-dot and the norms of n + m gradients; no disk",
    BestFor = "examples of the same kind, without those of large loss before all others")]
public sealed class GradCos(GradCosOptions options) : IAttributionMethod
{
    private readonly GradCosOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new ScoreTally(context);
        long zero = 0;
        return CheckpointScores.Mean(run, train, targets, context, (checkpoint, sum, pass) =>
        {
            tally.Features.Start();
            using var model = new GradientModel(checkpoint.Open(), train, run.Task.Compared, _options.Unsupported);
            tally.Note(model);
            tally.Computed += train.Count;
            var products = new ExactProducts(model, _options.BatchSize, pass);
            Tensor left = Inverse(products.NormsAndFactors(train, "norms").Norms);
            Tensor right = Inverse(products.NormsAndFactors(targets, "target norms").Norms);
            zero += left.eq(0).sum().item<long>() + right.eq(0).sum().item<long>();
            Tensor dots = products.Between(train, targets, "products").Products;
            // Rounding may leave a cosine a little outside of [-1, 1].
            sum.add_(dots.mul_(left.unsqueeze(1)).mul_(right.unsqueeze(0)).clamp_(-1, 1));
            tally.Features.Stop();
        }, () =>
        {
            if (zero > 0)
            {
                tally.Remark(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{zero} gradients of train examples and targets are zero over {run.Checkpoints.Count} checkpoints; their "
                        + $"scores are 0."));
            }

            return tally.Report("data/grad-cos", "negative-loss", "gradients of one direction, whatever their lengths");
        });
    }

    /// <inheritdoc/>
    /// <remarks>Always 1, or 0 for a zero gradient: a cosine doesn't tell wrong labels from right ones.</remarks>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        CheckpointScores.MeanOfSelf(run, train, context, (checkpoint, sum, pass) =>
        {
            using var model = new GradientModel(checkpoint.Open(), train, run.Task.Compared, _options.Unsupported);
            var products = new ExactProducts(model, _options.BatchSize, pass);
            sum.add_(products.NormsAndFactors(train, "norms").Norms.gt(0).to_type(ScalarType.Float64));
        });

    // 1/√x, and 0 for 0.
    private static Tensor Inverse(Tensor squares)
    {
        using Tensor positive = squares.gt(0);
        using Tensor safe = where(positive, squares, ones_like(squares));
        return safe.rsqrt().mul_(positive);
    }
}

/// <summary>Settings of <see cref="GradCos"/>.</summary>
public sealed record GradCosOptions
{
    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}
