using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Operators;
using Tessar.Operators.Inverses;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Influences;

/// <summary>
/// Influence scores with some inverse curvature: score[i, j] = (1/n) ∇f(q_j)ᵀ (H + λI)⁻¹ (−∇ℓ_i), averaged over checkpoints.
/// </summary>
/// <remarks>
/// −∇ℓ_i = Q_i ∇f_i. Targets are solved for in blocks that fit into the memory budget; the train set is streamed once per block.
/// Source: Koh and Liang, arXiv:1703.04730, eq. 2, with the sign turned.
/// </remarks>
/// <param name="method">Name of the method.</param>
/// <param name="output">f.</param>
/// <param name="curvatureKind">H.</param>
/// <param name="batchSize">Examples per forward pass.</param>
/// <param name="unsupported">What to do with parameters without a rule.</param>
/// <param name="precision">Type in which the model computes.</param>
/// <param name="invert">Makes the inverse of one checkpoint.</param>
internal sealed class InfluenceScores(
    string method, TargetOutput output, CurvatureKind curvatureKind, int batchSize, UnsupportedParameters unsupported,
    ScalarType precision,
    Func<TrainCurvature, InverseCurvature> invert)
{
    private static readonly CurvatureAlternatives _alternatives = new(["data/grad-dot"], ["data/influence-cg", "data/ekfac"]);

    /// <summary>The scores of every pair.</summary>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        var tally = new ScoreTally(context);
        return CheckpointScores.Mean(
            run, train, targets, context,
            (view, sum, pass) =>
                Visit(
                    tally, view, train, targets, pass,
                    (first, solved, model, part) => Stream(model, train, solved, part, (at, products, q) =>
                sum.narrow(0, at, products.shape[0]).narrow(1, first, products.shape[1]).add_(products * q.unsqueeze(1)))),
            () =>
                tally.Report(method, run.Task.Output(output).Name, "change of the output by the example, by one Newton step"),
                divisor: run.Task.Terms(train));
    }

    /// <summary>The influence of each training example on itself.</summary>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        var tally = new ScoreTally(context);
        return CheckpointScores.MeanOfSelf(
            run, train, context, (view, sum, pass) => Visit(tally, view, train, train, pass, (first, solved, model, _) =>
            {
                (Tensor rows, Tensor q) = Gradients(model, train, [.. Enumerable.Range(first, (int)solved.shape[1])]);
                sum.narrow(0, first, solved.shape[1])
                    .add_((rows * solved.t()).sum(1, type: ScalarType.Float64) * q.to_type(ScalarType.Float64));
            }), divisor: run.Task.Terms(train));
    }

    private void Visit(
        ScoreTally tally, CheckpointView view, ExampleSet train, ExampleSet targets, MethodContext pass,
        Action<int, Tensor, GradientModel, MethodContext> visit)
    {
        tally.Features.Start();
        using var model = new GradientModel(view.Open(), train, view.Task.Output(output), unsupported, precision);
        tally.Note(model);
        tally.Computed += train.Count;
        RefuseEmpty(model);
        using InverseCurvature inverse = invert(
            new TrainCurvature(model, train, curvatureKind, batchSize, pass, pass.Seed)
            {
                Warn = pass.Warn,
                Alternatives = _alternatives,
            });
        tally.Dampings.Add(inverse.Damping);
        int block = BlockOf(model, targets, pass);
        int blocks = (targets.Count + block - 1) / block;
        foreach ((int first, int count) in targets.Batches(block))
        {
            MethodContext part = RepeatedProgress.Of(pass, first / block, blocks);
            pass.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            Tensor columns = TargetColumns(model, targets, first, count);
            Tensor solved = inverse.Solve(columns, part);
            tally.Features.Stop();
            tally.Scoring.Start();
            visit(first, solved, model, part);
            tally.Scoring.Stop();
            tally.Features.Start();
        }

        tally.Features.Stop();
        foreach (SelfCheck check in inverse.Checks)
            tally.Check(check);
        foreach (string remark in inverse.Remarks)
            tally.Remark(remark);
    }

    private void Stream(
        GradientModel model, ExampleSet train, Tensor solved, MethodContext context, Action<int, Tensor, Tensor> visit)
    {
        foreach (ExampleBatch part in train.Batches(batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (Tensor rows, Tensor q) = Gradients(model, train, part.Indices);
            visit(part.First, rows.mm(solved).to_type(ScalarType.Float64), q.to_type(ScalarType.Float64));
            context.Progress?.Report(new MethodProgress(
                "scores", part.End, train.Count, "examples"));
        }
    }

    private Tensor TargetColumns(GradientModel model, ExampleSet targets, int first, int count)
    {
        Tensor columns = empty(model.Gradients.ParameterCount, count, dtype: precision);
        foreach (ExampleBatch part in targets.Batches(first, count, batchSize))
        {
            using DisposeScope scope = NewDisposeScope();
            columns.narrow(1, part.First - first, part.Count).copy_(Gradients(model, targets, part.Indices).Rows.t());
        }

        return columns;
    }

    private static (Tensor Rows, Tensor Factors) Gradients(GradientModel model, ExampleSet set, ReadOnlySpan<int> indices)
    {
        (CapturedBatch batch, Tensor q) = model.Run(set, indices);
        Tensor rows = cat([.. model.Gradients.Captured.Select(slot => PerExampleGradients.Gradient(batch, slot))], 1);
        // abs().max() hands on NaN and infinity, so one pass checks everything.
        if (!double.IsFinite(rows.abs().max().to_type(ScalarType.Float64).item<double>()))
        {
            int bad = (int)rows.isfinite().all(1).logical_not().nonzero().flatten().min().item<long>();
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture, $"The gradient of example {set.Split}:{set.First + indices[bad]} isn't finite. ")
                + "Look at this example, and for overflow in the model.");
        }

        return (rows, q);
    }

    private int BlockOf(GradientModel model, ExampleSet targets, MethodContext context)
    {
        // Right sides, solution and the work space of an iterative solver: five vectors a target.
        long perTarget = 5 * model.Gradients.ParameterCount * (precision == ScalarType.Float64 ? sizeof(double) : sizeof(float));
        return (int)Math.Clamp(context.MemoryBudget / 2 / perTarget, 1, targets.Count);
    }

    private static void RefuseEmpty(GradientModel model)
    {
        if (model.Gradients.Captured.Count == 0)
            throw new TessarException(
                $"No parameter of {model.Trained.Name} has a gradient. Choose a model with trainable parameters, or "
                    + $"unsupported=loop-fallback.", ErrorKind.InputData)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "unsupported", "loop-fallback")]
            };
    }
}
