using System.Globalization;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>Sums preconditioned products over projections: Σ_l φ_l(i)ᵀ K_l⁻¹ φ_l(q), K_l = Φ_lᵀΦ_l + λ_l I.</summary>
internal static class LayerKernels
{
    /// <summary>The sums for every train example.</summary>
    /// <param name="features">The rows.</param>
    /// <param name="relativeDamping">From a projection's width to λ_l relative to tr(Φ_lᵀΦ_l)/n.</param>
    /// <param name="withScores">Whether products with the targets are wanted.</param>
    /// <param name="withSelf">Whether φ_l(i)ᵀ K_l⁻¹ φ_l(i) is wanted.</param>
    /// <param name="context">Progress, cancellation and limits.</param>
    /// <returns>Scores [n, m] or null, self scores [n] or null, fp64, in the current dispose scope; the absolute λ_l.</returns>
    public static (Tensor? Scores, Tensor? Self, IReadOnlyList<double> Dampings) Sum(
        LayerFeatures features, Func<int, double> relativeDamping, bool withScores, bool withSelf, MethodContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        int n = features.Train[0].Count;
        Tensor? scores = withScores ? zeros(n, features.Targets[0].shape[0], dtype: ScalarType.Float64) : null;
        Tensor? self = withSelf ? zeros(n, dtype: ScalarType.Float64) : null;
        List<double> dampings = [];
        for (int p = 0; p < features.Train.Count; p++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            IFeatureRows rows = features.Train[p];
            // A dead layer says nothing, and has no curvature to divide by.
            if (features.SumOfSquares[p] > 0)
            {
                using ScoreKernel kernel = Of(
                    rows, withScores ? features.Targets[p] : empty(0, rows.Width), relativeDamping(rows.Width), withSelf,
                    context);
                dampings.Add(kernel.Damping);
                foreach ((int first, int count) in FeatureBlocks.Of(n))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    using DisposeScope block = NewDisposeScope();
                    scores?.narrow(0, first, count).add_(kernel.Scores(first, count));
                    self?.narrow(0, first, count).add_(kernel.SelfScores(first, count));
                }
            }
            else
            {
                dampings.Add(0);
            }

            context.Progress?.Report(new MethodProgress("kernels", p + 1, features.Train.Count, "layers"));
        }

        return (scores?.MoveToOuterDisposeScope(), self?.MoveToOuterDisposeScope(), dampings);
    }

    private static ScoreKernel Of(
        IFeatureRows train, Tensor targets, double relativeDamping, bool withSelf, MethodContext context)
    {
        long side = Math.Min(train.Count, train.Width);
        // The matrix, its factor and a copy, 8 bytes each.
        if (24 * side * side > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The kernel of {train.Count} examples with {train.Width} numbers each needs {24 * side * side:N0} bytes; the "
                    + $"memory budget is {context.MemoryBudget:N0}. ")
                + "Choose a smaller `rank` or `projection-dimension`.", ErrorKind.Environment)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "rank"), new(RemedyKind.SetMethodOption, "projection-dimension")]
            };
        }

        var right = new FeaturesInMemory(targets);
        if (train.Count >= train.Width)
            return new PrimalKernel(train, right, relativeDamping, weights: null, context.Cancellation);
        using Tensor gram = FeatureProducts.Cross(train, train, context.Cancellation);
        using Tensor cross = FeatureProducts.Cross(train, right, context.Cancellation);
        double rounding = FeatureProducts.Rounding((double)train.Count * train.Count * train.Width);
        return new DualKernel(gram, cross, relativeDamping, rounding, withSelf);
    }
}
