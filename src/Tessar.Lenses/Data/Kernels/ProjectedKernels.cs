using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>The kernels of projected features, k×k or, with fewer examples than k, n×n.</summary>
internal static class ProjectedKernels
{
    /// <summary>Computes the Gram matrix.</summary>
    /// <param name="features">The train set's; disposed with the kernels.</param>
    /// <param name="targets">φ(q), [m, k]; stays the caller's and has to outlive the kernels.</param>
    /// <param name="q">Q, [n]; disposed with the kernels.</param>
    /// <param name="needsSelf">Whether scores of examples on themselves will be asked for.</param>
    /// <param name="useCurvatureWeights">Whether R is p(1 − p) instead of 1.</param>
    /// <param name="meanAbsNormalise">Whether features are divided by their mean absolute value.</param>
    /// <param name="work">Cancellation.</param>
    public static DampedKernels Of(
        ProjectedFeatures features, Tensor targets, Tensor q, bool needsSelf, bool useCurvatureWeights, bool meanAbsNormalise,
        Work work)
    {
        GradientStore store = features.Store;
        var right = new FeaturesInMemory(targets);
        if (useCurvatureWeights || meanAbsNormalise || store.Count >= store.Width)
        {
            Tensor? weights = useCurvatureWeights ? ExactKernels.Curvature(q) : null;
            Tensor primal = FeatureProducts.Gram(store, weights, work.Cancellation);
            return new DampedKernels(
                q, primal.diagonal().sum().item<double>() / store.Count,
                damping => new PrimalKernel(store, right, primal, damping, weights, meanAbsNormalise),
                weights is null ? [features, primal] : [features, primal, weights]);
        }

        Tensor gram = FeatureProducts.Cross(store, store, work.Cancellation);
        Tensor cross = FeatureProducts.Cross(store, right, work.Cancellation);
        double rounding = FeatureProducts.Rounding((double)store.Count * store.Count * store.Width);
        return new DampedKernels(
            q, gram.diagonal().sum().item<double>() / store.Count,
            damping => new DualKernel(gram.clone(), cross, damping, rounding, needsSelf), features, gram, cross);
    }
}
