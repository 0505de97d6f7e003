using System.ComponentModel.DataAnnotations;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// Follows the recorded training and adds up how much the steps on each example moved a target, checkpoint by checkpoint.
/// </summary>
/// <remarks>
/// score[i, j] = Σ_c η_c ⟨−∇ℓ(z_i; θ_c), ∇f(q_j; θ_c)⟩ = Σ_c η_c Q_i ⟨∇f(z_i; θ_c), ∇f(q_j; θ_c)⟩, η_c the sum of the learning
/// rates of the updates between the checkpoint before and c. With f = log p this is Σ_c η_c ∇ℓ_i·∇ℓ_j, the published form. Exact
/// products, without projection. Several runs are averaged. Source: Pruthi et al., arXiv:2002.08484.
/// </remarks>
[Method(
    "data/tracin", Paper = "arXiv:2002.08484",
    Cost = "C checkpoints: C·n·m·(Σ in + out of dense layers + parameters of all others); no disk",
    Needs = MethodNeeds.Checkpoints,
    BestFor = "what happened along this very training, with early examples counted as well as late ones")]
public sealed class TracIn(TracInOptions options) : IAttributionMethod
{
    private readonly TracInOptions _options = options.Checked();
    private const string MethodName = "data/tracin";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new ScoreTally(context);
        return CheckpointScores.Sum(
            run, train, targets, context,
            sum => Follow(run, train, context, tally, (products, weight) =>
            {
                (Tensor dots, Tensor q) = products.Between(train, targets, "products");
                sum.add_(dots.mul_(q.to_type(ScalarType.Float64).unsqueeze(1)).mul_(weight));
            }),
            () => tally.Report(
                MethodName, run.Task.Output(_options.Output).Name,
                _options.Weights == TracInWeights.LearningRate
                    ? "n times the change of the output by the updates on the example, to first order"
                    : "product of gradients, a mean over checkpoints"));
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        CheckpointScores.SumOfSelf(
            run, train, context, sum => Follow(run, train, context, new ScoreTally(context), (products, weight) =>
            {
                (Tensor norms, Tensor q) = products.NormsAndFactors(train, "norms");
                sum.add_(norms.mul_(q.to_type(ScalarType.Float64)).mul_(weight));
            }));

    // Visits the chosen checkpoints in order, of which each counts by its weight: their sum, not their mean, is the score.
    private void Follow(
        RunView run, ExampleSet train, MethodContext context, ScoreTally tally, Action<ExactProducts, double> visit)
    {
        tally.Features.Start();
        (IReadOnlyList<WeightedCheckpoint> checkpoints, IReadOnlyList<LearningRates> rates) =
            WeightedCheckpoint.Of(run, train.Store, _options.Checkpoints, _options.Weights == TracInWeights.LearningRate);
        CheckpointPasses.Each(checkpoints, context, (checkpoint, pass) =>
        {
            using var model = new GradientModel(
                checkpoint.View.Open(), train, run.Task.Output(_options.Output), _options.Unsupported);
            LastLinear? last = _options.Layers == TracInLayers.Last ? LastLinear.Of(model, train, MethodName) : null;
            Predicate<ParameterSlot> counts = slot => last?.Owns(slot) ?? true;
            tally.Note(model);
            tally.Note(
                model.Gradients.Captured.Where(slot => counts(slot)).Sum(slot => slot.Count),
                [.. model.Skipped, .. model.Gradients.Captured.Where(slot => !counts(slot)).Select(slot => slot.Name)],
                model.GradientCheck);
            tally.Computed += train.Count;
            visit(new ExactProducts(model, _options.BatchSize, pass, counts), checkpoint.Weight);
        });
        tally.Features.Stop();
        if (rates.Count > 0)
            tally.Check(RateCheck(rates));
        foreach (string remark in RemarksOn(checkpoints, rates))
            tally.Remark(remark);
    }

    private static SelfCheck RateCheck(IReadOnlyList<LearningRates> rates) => new(
        "learning-rate-gap", rates.Max(r => r.Gap), 1e-6,
        "Largest difference between the schedule's formula and the logged learning rates, relative to the largest; logged ones "
            + "are used.");

    private static IEnumerable<string> RemarksOn(
        IReadOnlyList<WeightedCheckpoint> checkpoints, IReadOnlyList<LearningRates> rates)
    {
        if (checkpoints.GroupBy(c => c.View.Run.Directory, StringComparer.Ordinal).Any(run => run.Count() == 1))
            yield return "Only one checkpoint of a run was used: its gradients stand for the whole training.";
        if (rates.Any(r => !r.IsExact))
            yield return
                "Learning rates between two logged updates were drawn on a straight line: the schedule has no formula here.";
        if (checkpoints.Any(c => c.View.Run.Record.Program.WeightAverage is not null))
            yield return "The checkpoints hold averaged weights, not those the updates were computed at.";
    }
}

/// <summary>Settings of <see cref="TracIn"/>.</summary>
public sealed record TracInOptions
{
    /// <summary>Checkpoints per run, evenly spaced with the last among them; 0 for all.</summary>
    [Range(0, 100_000)]
    public int Checkpoints { get; init; }

    /// <summary>What a checkpoint counts for: the learning rates of its updates, or as much as any other.</summary>
    public TracInWeights Weights { get; init; } = TracInWeights.LearningRate;

    /// <summary>Gradients of all parameters, or of the last Linear layer only, which is quicker.</summary>
    public TracInLayers Layers { get; init; } = TracInLayers.All;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability as in the paper.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}

/// <summary>What a checkpoint counts for in <see cref="TracIn"/>.</summary>
public enum TracInWeights
{
    /// <summary>The sum of the learning rates since the checkpoint before.</summary>
    LearningRate,

    /// <summary>One over the number of checkpoints.</summary>
    Equal,
}

/// <summary>Whose gradients <see cref="TracIn"/> multiplies.</summary>
public enum TracInLayers
{
    /// <summary>Those of all parameters.</summary>
    All,

    /// <summary>Those of the last Linear layer.</summary>
    Last,
}
