using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>
/// Walks from the end of a training to its start, v ← exp(−τ_l H_l) v after each segment, with whole curvatures in place of
/// Kronecker factors.
/// </summary>
/// <remarks>
/// v is never formed: it is a target's gradient plus sums of training gradients, v = ∇f(q) + Σ_l Φ_lᵀC_l, and all that is asked
/// of it are its products with the gradients at earlier checkpoints, which are inner products of gradients. Each segment has one
/// checkpoint. Time for L segments: L(L + 1)/2 times n²·d with d numbers per gradient, L times 9 n³; memory: 24 n² bytes, and 8
/// for each segment, training example and target.
/// </remarks>
/// <param name="segments">In order of time, one checkpoint each.</param>
/// <param name="train">n examples.</param>
/// <param name="unsupported">What to do with parameters without a rule.</param>
/// <param name="batchSize">Examples per forward pass.</param>
/// <param name="context">Progress, cancellation and limits.</param>
internal sealed class KernelWalk(
    IReadOnlyList<TrainingSegment> segments, ExampleSet train, UnsupportedParameters unsupported, int batchSize,
    MethodContext context)
{
    /// <summary>Told of every model that is opened.</summary>
    public Action<GradientModel>? Opened { get; init; }

    /// <summary>Adds up what every segment says.</summary>
    /// <param name="targets">m examples.</param>
    /// <param name="output">What is explained of them.</param>
    /// <param name="add">Gets the scores of each segment, [n, m], fp64, which it may change; they live until it returns.</param>
    /// <exception cref="TessarException">Kernels and products don't fit into memory.</exception>
    public void Score(ExampleSet targets, OutputFunction output, Action<Tensor> add)
    {
        using DisposeScope scope = NewDisposeScope();
        int held = Held(targets);
        long n = train.Count, total = segments.Count * n * targets.Count
            + segments.Count * (segments.Count - 1L) / 2 * n * n, done = 0;
        Tensor[] products =
            [.. segments.Select(_ => zeros(train.Count, targets.Count, dtype: ScalarType.Float64))];
        using (GradientModel last = Open(segments.Count - 1, output))
        {
            for (int l = 0; l < segments.Count; l++)
            {
                using GradientModel model = Open(l);
                Between(model, last, targets, held).AddTo(products[l], coefficients: null, Report);
            }
        }

        for (int l = segments.Count - 1; l >= 0; l--)
        {
            using DisposeScope inner = NewDisposeScope();
            using GradientModel model = Open(l);
            (Tensor pushes, Tensor carried) = Through(model, products[l], segments[l].Time, held, withDecay: l > 0);
            add(pushes);
            for (int earlier = 0; earlier < l; earlier++)
            {
                using GradientModel before = Open(earlier);
                Between(before, model, train, held).AddTo(products[earlier], carried, Report);
            }

            products[l].Dispose();
        }

        void Report(long pairs) => context.Progress?.Report(new MethodProgress("products", done += pairs, total, "pairs"));
    }

    // Q ∘ Φ (1 − exp(−τH))/H v, and what exp(−τH) v adds to v, as coefficients of the gradients.
    private (Tensor Scores, Tensor Carried) Through(GradientModel model, Tensor products, double time, int held, bool withDecay)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor kernel, _, Tensor q) = new SymmetricProducts(model, batchSize, context with { Progress = null })
            .Of(train, targets: null, ScalarType.Float64, held);
        kernel.copy_(kernel.triu().add_(kernel.triu(1).t()));
        using var curvature = new KernelCurvature(kernel.clone(), 1 - q);
        context.Cancellation.ThrowIfCancellationRequested();
        Tensor gains = curvature.Coefficients(products, TrainingSegment.GainSlope(curvature.Eigenvalues, time));
        Tensor scores = kernel.mm(gains).add_(products, time).mul_(q.to_type(ScalarType.Float64).unsqueeze(1));
        Tensor carried = withDecay
            ? curvature.Coefficients(products, TrainingSegment.Gain(curvature.Eigenvalues, time).neg_())
            : empty(0, dtype: ScalarType.Float64);
        return (scores.MoveToOuterDisposeScope(), carried.MoveToOuterDisposeScope());
    }

    private GradientModel Open(int segment, OutputFunction? output = null)
    {
        CheckpointView view = segments[segment].Checkpoints.Single();
        var model = new GradientModel(view.Open(), train, output ?? view.Task.Output(TargetOutput.Margin), unsupported);
        Opened?.Invoke(model);
        return model;
    }

    private CrossProducts Between(GradientModel rows, GradientModel columns, ExampleSet set, int held) =>
        new(rows, train, columns, set, held, batchSize, context);

    private int Held(ExampleSet targets)
    {
        long n = train.Count, fixedBytes = 24 * n * n + 8 * (segments.Count + 4) * n * targets.Count;
        using GradientModel model = Open(segments.Count - 1);
        long perExample = GradientFactors.NumbersPerExampleOf(model, train) * sizeof(float);
        long least = Math.Min(n, SymmetricSystem.Block) * perExample;
        if (fixedBytes + least > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"Whole curvatures of {train} for {targets.Count} targets need {fixedBytes + least:N0} bytes; the memory budget "
                    + $"is {context.MemoryBudget:N0}. Choose fewer training examples or targets, or curvature=kronecker."),
                ErrorKind.Environment)
            {
                Remedies = [
                    new(RemedyKind.ChangeArgument, "train"), new(RemedyKind.SetMethodOption, "curvature", "kronecker")
                ]
            };
        }

        return (int)Math.Clamp((context.MemoryBudget - fixedBytes) / perExample, Math.Min(n, SymmetricSystem.Block), n);
    }
}
