using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>Shortens the gradients of some parameters, example by example, by a linear map.</summary>
internal abstract class LayerProjection : IDisposable
{
    /// <summary>Names of the parameters it reads.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>Numbers per example.</summary>
    public abstract int Width { get; }

    /// <summary>The shortened gradients, [B, <see cref="Width"/>], fp32; the caller disposes them.</summary>
    /// <param name="batch">What a forward and a backward pass left behind.</param>
    public abstract Tensor Project(CapturedBatch batch);

    public virtual void Dispose()
    {
    }
}
