using System.ComponentModel.DataAnnotations;
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
/// Scores how much a gradient step on each training example would lower a target's loss: the dot product of loss gradients.
/// </summary>
/// <remarks>
/// score[i, j] = (1/C) Σ_c ∇ℓ(z_i; θ_c)·∇ℓ(q_j; θ_c), exact and without projection. Linear layers with one position per example
/// cost in + out numbers per example through ⟨δ aᵀ, γ bᵀ⟩ = (a·b)(δ·γ). With several checkpoints it is TracInCP with equal
/// learning rates. Source: Pruthi et al., arXiv:2002.08484; Charpiat et al., arXiv:2102.05262.
/// </remarks>
[Method(
    "data/grad-dot", Paper = "arXiv:2002.08484", Cost = "C·n·m·(Σ in + out of dense layers + parameters of all others); no disk")]
public sealed class GradDot(GradDotOptions options) : IAttributionMethod
{
    private readonly GradDotOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new ScoreTally(context);
        return CheckpointScores.Mean(run, train, targets, context, (checkpoint, sum, pass) =>
        {
            tally.Features.Start();
            using var model = new GradientModel(
                checkpoint.Open(), train, run.Task.Output(TargetOutput.NegativeLoss), _options.Unsupported);
            tally.Note(model);
            tally.Computed += train.Count;
            sum.add_(new ExactProducts(model, _options.BatchSize, pass).Between(train, targets, "products").Products);
            tally.Features.Stop();
        }, () => tally.Report("data/grad-dot", run.Task.Output(TargetOutput.NegativeLoss).Name));
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        CheckpointScores.MeanOfSelf(run, train, context, (checkpoint, sum, pass) =>
        {
            using var model = new GradientModel(
                checkpoint.Open(), train, run.Task.Output(TargetOutput.NegativeLoss), _options.Unsupported);
            sum.add_(new ExactProducts(model, _options.BatchSize, pass).SquaredNorms(train));
        });
}

/// <summary>Settings of <see cref="GradDot"/>.</summary>
public sealed record GradDotOptions
{
    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}
