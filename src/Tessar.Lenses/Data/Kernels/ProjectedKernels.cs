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
    /// <param name="options">Of the method.</param>
    /// <param name="context">Cancellation.</param>
    public static DampedKernels Of(ProjectedFeatures features, Tensor targets, Tensor q, bool needsSelf, TrakOptions options, MethodContext context)
    {
        GradientStore store = features.Store;
        var right = new FeaturesInMemory(targets);
        if (options.UseCurvatureWeights || options.MeanAbsNormalise || store.Count >= options.ProjectionDimension)
        {
            Tensor? weights = options.UseCurvatureWeights ? ExactKernels.Curvature(q) : null;
            Tensor primal = FeatureProducts.Gram(store, weights, context.Cancellation);
            return new DampedKernels(
                q, damping => new PrimalKernel(store, right, primal, damping, weights, options.MeanAbsNormalise), weights is null ? [features, primal] : [features, primal, weights]);
        }

        Tensor gram = FeatureProducts.Cross(store, store, context.Cancellation);
        Tensor cross = FeatureProducts.Cross(store, right, context.Cancellation);
        double rounding = FeatureProducts.Rounding((double)store.Count * store.Count * options.ProjectionDimension);
        return new DampedKernels(q, damping => new DualKernel(gram.clone(), cross, damping, rounding, needsSelf), features, gram, cross);
    }
}
