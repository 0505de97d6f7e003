using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>Turns per-example gradients into k numbers each.</summary>
internal interface IGradientProjection
{
    /// <summary>k.</summary>
    int Width { get; }

    /// <summary>One line per part, for the store's header.</summary>
    IReadOnlyList<string> Description { get; }

    /// <summary>Each example's features, shape [B, k], fp32; the caller disposes them.</summary>
    Tensor Project(CapturedBatch batch);
}
