using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>
/// The frame of a method that scores one checkpoint at a time: checks of the inputs, the budget, the loop, the mean over
/// checkpoints in fp64.
/// </summary>
internal static class CheckpointScores
{
    /// <summary>The mean over checkpoints of what is added for each, as scores.</summary>
    /// <param name="run">The checkpoints.</param>
    /// <param name="train">n examples.</param>
    /// <param name="targets">m targets.</param>
    /// <param name="context">Whose budget, cancellation and progress count.</param>
    /// <param name="add">Adds a checkpoint's scores to the sum [n, m], fp64.</param>
    /// <param name="report">How they were made; asked for at the end.</param>
    /// <param name="divisor">What the mean is divided by once more.</param>
    /// <exception cref="TessarException">The scores don't fit into the budget.</exception>
    public static AttributionMatrix Mean(
        RunView run, ExampleSet train, ExampleSet targets, MethodContext context,
        Action<CheckpointView, Tensor, MethodContext> add, Func<AttributionReport> report,
        double divisor = 1)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        ScoreBudget.Check(train, targets, context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        CheckpointPasses.Each(run, context, (checkpoint, pass) => add(checkpoint, sum, pass));
        float[] scores = sum.div_(divisor * run.Checkpoints.Count).to_type(ScalarType.Float32).data<float>().ToArray();
        return new AttributionMatrix(scores, train.Count, targets.Count, report());
    }

    /// <summary>The mean over checkpoints of one number per train example.</summary>
    /// <param name="run">The checkpoints.</param>
    /// <param name="train">n examples.</param>
    /// <param name="context">Whose cancellation and progress count.</param>
    /// <param name="add">Adds a checkpoint's numbers to the sum [n], fp64.</param>
    /// <param name="divisor">What the mean is divided by once more.</param>
    /// <exception cref="NumericalException">A number isn't finite.</exception>
    public static float[] MeanOfSelf(
        RunView run, ExampleSet train, MethodContext context, Action<CheckpointView, Tensor, MethodContext> add,
        double divisor = 1)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        CheckpointPasses.Each(run, context, (checkpoint, pass) => add(checkpoint, sum, pass));
        return FiniteScores.Of(sum.div_(divisor * run.Checkpoints.Count));
    }
}
