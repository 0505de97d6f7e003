using System.ComponentModel.DataAnnotations;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Lenses.Data.Scoring;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// Follows what became of the updates on each example until the training ended, segment by segment, with a constant curvature in
/// each.
/// </summary>
/// <remarks>
/// score[i, j] = (1/n) Σ_l ∇f(q_j)ᵀ [Π_{l' &gt; l} exp(−τ_l' H_l')] (I − exp(−τ_l H_l)) H_l⁻¹ (−ḡ_{i,l}): ḡ the mean gradient of
/// the loss of z_i over the segment's checkpoints, H_l the EK-FAC curvature of them together, τ_l the sum of the learning rates
/// (over 1 − momentum). The last segment stands next to ∇f: v ← exp(−τ_l H_l) v for l = L … 1. Several runs are averaged. Source:
/// Bae et al., arXiv:2405.12186.
/// </remarks>
[Method(
    "data/source", Paper = "arXiv:2405.12186", Needs = MethodNeeds.Checkpoints,
    Cost = "per checkpoint two passes over the train set for the curvature and one for scores, n·m·p; per segment Σ(in³ + out³); "
        + "factors on disk",
    BestFor = "trainings that didn't converge or changed their learning rate: what early and late updates on an example led to")]
public sealed partial class Source(SourceOptions options) : IAttributionMethod
{
    private readonly SourceOptions _options = options.Checked();
    private const string MethodName = "data/source";
    private const int UsualSegments = 3;

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        ScoreBudget.Check(train, targets, context);
        var tally = new CurvatureTally(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        int checkpoints = IsExact ? AddExact(tally, run, train, targets, context, scores => sum.add_(scores)) : Visit(tally, run, train, context, (walk, pass) =>
        {
            int held = walk.TargetsAtOnce(targets.Count);
            foreach ((int first, int count) in targets.Batches(held))
            {
                walk.Explain(targets, first, count, (checkpoint, rows, weight, scored) =>
                    checkpoint.AddScores(
                        train, rows, weight, sum.narrow(1, first, count), _options.BatchSize, pass,
                        examples => scored((long)examples * count)), pass);
            }
        });
        float[] values = sum.to_type(ScalarType.Float32).data<float>().ToArray();
        tally.Computed = (long)train.Count * checkpoints;
        AttributionReport report = tally.Report(
            MethodName, run.Task.Output(_options.Output).Name,
            "change of the output by the updates on the example, to first order");
        return new AttributionMatrix(values, train.Count, targets.Count, report);
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        if (IsExact)
        {
            AddExact(new CurvatureTally(context), run, train, train, context, scores => sum.add_(scores.diagonal()));
            return FiniteScores.Of(sum);
        }

        Visit(new CurvatureTally(context), run, train, context, (walk, pass) =>
        {
            int held = walk.TargetsAtOnce(train.Count);
            foreach ((int first, int count) in train.Batches(held))
            {
                walk.Explain(train, first, count, (checkpoint, rows, weight, scored) =>
                    checkpoint.AddOwnScores(
                        (train, first), rows, weight, sum, _options.BatchSize, pass,
                        examples => scored((long)examples * train.Count)), pass);
            }
        });
        return FiniteScores.Of(sum);
    }

    // Measures the curvatures of every run's segments and hands them on; returns the number of checkpoints.
    private int Visit(
        CurvatureTally tally, RunView run, ExampleSet train, MethodContext context, Action<SegmentWalk, MethodContext> visit)
    {
        OutputFunction output = run.Task.Output(_options.Output);
        int most = _options.Checkpoints == 0 ? 0 : Math.Max(_options.Checkpoints, _options.Segments);
        WeightedCheckpoint[][] runs = Checkpoints(tally, run, train, most);
        for (int r = 0; r < runs.Length; r++)
        {
            using DisposeScope scope = NewDisposeScope();
            IReadOnlyList<TrainingSegment> segments = TrainingSegment.Divide(
                runs[r], _options.Segments > 0 ? _options.Segments : Math.Min(UsualSegments, runs[r].Length), runs.Length);
            tally.Features.Start();
            using var last = new ExplainedCheckpoint(segments[^1].Checkpoints[^1], train, output, _options.Unsupported);
            tally.Note(last.Model);
            var settings = new CurvatureSettings(
                IsKfac: false, _options.Labels, _options.Seed ?? context.Seed, _options.CurvatureExamples, _options.BatchSize,
                _options.Unsupported);
            List<KroneckerCurvature> curvatures = [];
            try
            {
                for (int l = 0; l < segments.Count; l++)
                {
                    curvatures.Add(settings.Fit(
                        last.Blocks.Shapes, segments[l].Checkpoints, train, "source", segments.Count,
                        RepeatedProgress.Of(context, r * segments.Count + l, runs.Length * segments.Count)));
                    tally.Note(curvatures[l]);
                }

                tally.Features.Stop();
                tally.Scoring.Start();
                MethodContext pass = RepeatedProgress.Of(context, r, runs.Length);
                var walk = new SegmentWalk(
                    segments, curvatures, last, view => new ExplainedCheckpoint(view, train, output, _options.Unsupported),
                    _options.BatchSize)
                {
                    Weight = 1.0 / run.Task.Terms(train) / runs.Length,
                    TrainExamples = train.Count,
                    Budget = pass,
                };
                visit(walk, pass);
                tally.Scoring.Stop();
            }
            finally
            {
                curvatures.ForEach(curvature => curvature.Dispose());
            }
        }

        return runs.Sum(own => own.Length);
    }

    // Those of each run, at most so many.
    private static WeightedCheckpoint[][] Checkpoints(CurvatureTally tally, RunView run, ExampleSet train, int most)
    {
        (IReadOnlyList<WeightedCheckpoint> all, IReadOnlyList<LearningRates> rates) = WeightedCheckpoint.Of(
            run, train.Store, most, byLearningRate: true, orFewer: true);
        Note(tally, all, rates);
        return [.. all.GroupBy(c => c.View.Run.Directory, StringComparer.Ordinal).Select(group => group.ToArray())];
    }

    private static void Note(
        CurvatureTally tally, IReadOnlyList<WeightedCheckpoint> checkpoints, IReadOnlyList<LearningRates> rates)
    {
        tally.Check(new SelfCheck(
            "learning-rate-gap", rates.Max(r => r.Gap), 1e-6,
            "Largest difference between the schedule's formula and the logged learning rates, relative to the largest; logged "
                + "ones are used."));
        if (rates.Any(r => !r.IsExact))
            tally.Remark(
                "Learning rates between two logged updates were drawn on a straight line: the schedule has no formula here.");
        if (checkpoints.Any(c => c.View.Run.Record.Program.WeightAverage is not null))
            tally.Remark("The checkpoints hold averaged weights, not those the updates were computed at.");
        if (checkpoints.FirstOrDefault(c => !TrainingSegment.IsGradientDescent(c.View.Run.Record.Program)) is { } other)
        {
            tally.Remark(
                $"The run {other.View.Run.Name} was trained with {other.View.Run.Record.Program.Optimizer!.Name}; its updates "
                    + $"are treated as gradient descent with the same learning rates.");
        }
    }
}

/// <summary>Settings of <see cref="Source"/>.</summary>
public sealed record SourceOptions
{
    /// <summary>Segments L that a training is divided into; 0 for three, or one per checkpoint where there are fewer.</summary>
    [Range(0, 1000)]
    public int Segments { get; init; }

    /// <summary>Most checkpoints per run, evenly spaced with the last among them; 0 for all.</summary>
    [Range(0, 100_000)]
    public int Checkpoints { get; init; } = 6;

    /// <summary>
    /// How each segment's curvature is taken: by small factors per layer (kronecker), or whole, from the inner products of all
    /// training gradients (exact): for up to about 10,000 examples; every checkpoint is then a segment of its own.
    /// </summary>
    public SourceCurvature Curvature { get; init; } = SourceCurvature.Kronecker;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>
    /// Whose gradients the curvature is of: labels drawn from the model's own predictions, or those of the data.
    /// </summary>
    public CurvatureLabels Labels { get; init; } = CurvatureLabels.Sampled;

    /// <summary>Seed of the drawn labels; that of the job when left open.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Most train examples that a curvature is measured on, evenly spaced.</summary>
    [Range(1, 100_000_000)]
    public int CurvatureExamples { get; init; } = 100_000;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}

/// <summary>How <see cref="Source"/> takes the curvature of a segment.</summary>
public enum SourceCurvature
{
    /// <summary>EK-FAC: two small factors per layer, for any number of examples.</summary>
    Kronecker,

    /// <summary>ΦᵀRΦ/n with the margins' gradients Φ and R = p(1 − p), never formed: through the n×n kernel ΦΦᵀ.</summary>
    Exact,
}
