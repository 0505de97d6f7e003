using Tessar.Examples;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>
/// Walks from the end of a training to its start with the gradients of some targets: v ← exp(−τ_l H_l) v after each segment.
/// </summary>
/// <param name="segments">In order of time.</param>
/// <param name="curvatures">Of each; stay the caller's.</param>
/// <param name="last">The last checkpoint; stays the caller's.</param>
/// <param name="open">Opens any other.</param>
/// <param name="batchSize">Examples per forward pass.</param>
internal sealed class SegmentWalk(
    IReadOnlyList<TrainingSegment> segments, IReadOnlyList<KroneckerCurvature> curvatures, ExplainedCheckpoint last,
    Func<CheckpointView, ExplainedCheckpoint> open, int batchSize)
{
    private long _done;

    /// <summary>Scores train examples under a checkpoint against the rows of a segment.</summary>
    /// <param name="checkpoint">One of the segment.</param>
    /// <param name="rows">(I − exp(−τH))H⁻¹v, [m, entries] per block.</param>
    /// <param name="weight">What to multiply products by.</param>
    /// <param name="scored">To be told the number of pairs done.</param>
    public delegate void Scoring(ExplainedCheckpoint checkpoint, IReadOnlyList<Tensor> rows, double weight, Action<long> scored);

    /// <summary>What every score is multiplied by.</summary>
    public required double Weight { get; init; }

    /// <summary>Train examples per target, for progress.</summary>
    public required long TrainExamples { get; init; }

    /// <summary>The limits.</summary>
    public required MethodContext Budget { get; init; }

    /// <summary>How many targets are walked with at once: v is held, and what the segment makes of it.</summary>
    public int TargetsAtOnce(int targets) => TargetGradients.AtOnce(curvatures[0].Shapes, 2, targets, Budget);

    /// <summary>Walks with some targets.</summary>
    /// <param name="targets">Where they are.</param>
    /// <param name="first">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="score">Called for each checkpoint, the last segment first.</param>
    /// <param name="context">Progress and cancellation.</param>
    public void Explain(ExampleSet targets, int first, int count, Scoring score, MethodContext context)
    {
        using TargetGradients v = TargetGradients.Of(last.Model, last.Blocks, targets, first, count, batchSize, context);
        long total = TrainExamples * targets.Count * segments.Sum(segment => segment.Checkpoints.Count);
        for (int l = segments.Count - 1; l >= 0; l--)
        {
            using DisposeScope scope = NewDisposeScope();
            (TrainingSegment segment, KroneckerCurvature curvature) = (segments[l], curvatures[l]);
            using (TargetGradients w = v.Clone())
            {
                w.Apply(
                    curvature, [.. curvature.Values.Select(values => TrainingSegment.Gain(values, segment.Time))], batchSize,
                    context);
                foreach (CheckpointView view in segment.Checkpoints)
                {
                    using DisposeScope inner = NewDisposeScope();
                    using ExplainedCheckpoint checkpoint = open(view);
                    score(checkpoint, w.Rows, Weight / segment.Checkpoints.Count, pairs =>
                        context.Progress?.Report(new MethodProgress("scores", _done += pairs, total, "pairs")));
                }
            }

            if (l > 0)
                v.Apply(
                    curvature, [.. curvature.Values.Select(values => TrainingSegment.Decay(values, segment.Time))], batchSize,
                    context);
        }
    }
}
