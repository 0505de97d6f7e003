using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>
/// The frame of a method that scores one checkpoint at a time: checks of the inputs, the budget, the loop, the sum or mean over
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
        double divisor = 1) =>
        Sum(
            run, train, targets, context,
            sum =>
            {
                CheckpointPasses.Each(run, context, (checkpoint, pass) => add(checkpoint, sum, pass));
                sum.div_(divisor * run.Checkpoints.Count);
            },
            report);

    /// <summary>What a method adds up by itself, as scores: for checkpoints that don't count alike.</summary>
    /// <param name="run">The checkpoints.</param>
    /// <param name="train">n examples.</param>
    /// <param name="targets">m targets.</param>
    /// <param name="context">Whose budget counts.</param>
    /// <param name="add">Adds all there is to [n, m], fp64, zero before.</param>
    /// <param name="report">How they were made; asked for at the end.</param>
    /// <exception cref="TessarException">The scores don't fit into the budget.</exception>
    public static AttributionMatrix Sum(
        RunView run, ExampleSet train, ExampleSet targets, MethodContext context, Action<Tensor> add,
        Func<AttributionReport> report)
    {
        ScoreInputs.Check(run, train, targets, context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        add(sum);
        float[] scores = sum.to_type(ScalarType.Float32).data<float>().ToArray();
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
        double divisor = 1) =>
        SumOfSelf(run, train, context, sum =>
        {
            CheckpointPasses.Each(run, context, (checkpoint, pass) => add(checkpoint, sum, pass));
            sum.div_(divisor * run.Checkpoints.Count);
        });

    /// <summary>One number per train example that a method adds up by itself.</summary>
    /// <param name="run">The checkpoints.</param>
    /// <param name="train">n examples.</param>
    /// <param name="context">What the method is given.</param>
    /// <param name="add">Adds all there is to [n], fp64, zero before.</param>
    /// <exception cref="NumericalException">A number isn't finite.</exception>
    public static float[] SumOfSelf(RunView run, ExampleSet train, MethodContext context, Action<Tensor> add)
    {
        ScoreInputs.Check(run, train, context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        add(sum);
        return FiniteScores.Of(sum);
    }
}
