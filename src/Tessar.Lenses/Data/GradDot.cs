using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
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

/// <summary>Scores how much a gradient step on each training example would lower a target's loss: the dot product of loss gradients.</summary>
/// <remarks>
/// score[i, j] = (1/C) Σ_c ∇ℓ(z_i; θ_c)·∇ℓ(q_j; θ_c), exact and without projection. Linear layers with one position per example cost
/// in + out numbers per example through ⟨δ aᵀ, γ bᵀ⟩ = (a·b)(δ·γ). With several checkpoints it is TracInCP with equal learning rates.
/// Source: Pruthi et al., arXiv:2002.08484; Charpiat et al., arXiv:2102.05262.
/// </remarks>
[Method("data/grad-dot", Paper = "arXiv:2002.08484", Cost = "C·n·m·(Σ in + out of dense layers + parameters of all others); no disk")]
public sealed class GradDot(GradDotOptions options) : IAttributionMethod
{
    private readonly GradDotOptions options = options.Checked();

    private static readonly NegativeLoss Output = new();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        ScoreBudget.Check(train, targets, context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        var watch = Stopwatch.StartNew();
        double check = 0;
        long parameters = 0;
        IReadOnlyList<string> skipped = [];
        foreach (CheckpointView checkpoint in run.Checkpoints)
        {
            using DisposeScope inner = NewDisposeScope();
            using var model = new GradientModel(checkpoint.Open(), train, Output, options.Unsupported);
            if (ReferenceEquals(checkpoint, run.Checkpoints[0]) && model.SlowPath is { } slow)
                context.Warn?.Invoke(slow);
            (check, parameters, skipped) = (Math.Max(check, model.GradientCheck), model.Gradients.ParameterCount, model.Skipped);
            sum.add_(new ExactProducts(model, options.BatchSize, context).Between(train, targets, "products").Products);
        }

        float[] scores = sum.div_(run.Checkpoints.Count).to_type(ScalarType.Float32).data<float>().ToArray();
        return new AttributionMatrix(scores, train.Count, targets.Count, new AttributionReport
        {
            Method = "data/grad-dot",
            Output = Output.Name,
            Parameters = parameters,
            SkippedParameters = skipped,
            SecondsFeatures = watch.Elapsed.TotalSeconds,
            SecondsScoring = 0,
            ExamplesComputed = (long)train.Count * run.Checkpoints.Count,
            GradientCheck = check,
        });
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        foreach (CheckpointView checkpoint in run.Checkpoints)
        {
            using DisposeScope inner = NewDisposeScope();
            using var model = new GradientModel(checkpoint.Open(), train, Output, options.Unsupported);
            if (ReferenceEquals(checkpoint, run.Checkpoints[0]) && model.SlowPath is { } slow)
                context.Warn?.Invoke(slow);
            sum.add_(new ExactProducts(model, options.BatchSize, context).SquaredNorms(train));
        }

        return FiniteScores.Of(sum.div_(run.Checkpoints.Count));
    }
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
