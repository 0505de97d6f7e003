using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Projections;

/// <summary>Sketches the gradients of some parameters and adds the result to the rows of a batch.</summary>
internal abstract class SketchPart
{
    /// <summary>Kind and parameters, as the store's header records them.</summary>
    public abstract string Description { get; }

    /// <summary>Names of the parameters sketched here.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>Adds the sketch of each example's gradient to its row.</summary>
    /// <param name="batch">What a forward and a backward pass left behind.</param>
    /// <param name="rows">Shape [B, k], fp32, contiguous.</param>
    public abstract void AddTo(CapturedBatch batch, Tensor rows);

    /// <summary>Runs a kernel for every example on all cores that libtorch would use; no tensor is touched inside.</summary>
    protected static void ForEachExample(int examples, Action<int> kernel) =>
        Parallel.For(0, examples, new ParallelOptions { MaxDegreeOfParallelism = Native.TorchThreads.Current }, kernel);
}
