using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>Sketches the gradients of some parameters and adds the result to the rows of a batch.</summary>
internal abstract class SketchPart
{
    // About a tenth of a millisecond: libtorch's threads spin for longer than that after their last product, on the cores we'd
    // ask for.
    private const long WorthThreads = 1 << 18;

    /// <summary>Kind and parameters, as the store's header records them.</summary>
    public abstract string Description { get; }

    /// <summary>Names of the parameters sketched here.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>Prepares adding the sketch of each example's gradient to its row.</summary>
    /// <param name="batch">What a forward and a backward pass left behind; has to outlive the work.</param>
    /// <param name="rows">Shape [B, k], fp32, contiguous.</param>
    /// <returns>The work, not begun; the caller runs it and disposes it.</returns>
    public abstract SketchWork Begin(CapturedBatch batch, Tensor rows);

    /// <summary>Does what several parts prepared: all kernels of an example in one go, then what follows, part by part.</summary>
    /// <remarks>
    /// One parallel region for all parts: libtorch's threads, which spin for a while after their last product, are in the way
    /// once, and a row stays in the cache.
    /// </remarks>
    public static void Run(IReadOnlyList<SketchWork> works, int examples)
    {
        ForEachExample(examples, works.Sum(work => work.Entries), i =>
        {
            foreach (SketchWork work in works)
                work.Kernel(i);
        });
        foreach (SketchWork work in works)
            work.Finish?.Invoke();
    }

    /// <summary>
    /// Runs a kernel for every example, on all cores that libtorch would use when it is worth waking them; no tensor is touched
    /// inside.
    /// </summary>
    /// <param name="examples">How many.</param>
    /// <param name="entries">Additions for each.</param>
    /// <param name="kernel">Called with each example's number.</param>
    private static void ForEachExample(int examples, long entries, Action<int> kernel)
    {
        if (examples * entries < WorthThreads)
        {
            for (int i = 0; i < examples; i++)
                kernel(i);
            return;
        }

        Parallel.For(0, examples, new ParallelOptions { MaxDegreeOfParallelism = Native.TorchThreads.Current }, kernel);
    }
}
