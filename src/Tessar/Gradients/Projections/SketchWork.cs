namespace Tessar.Gradients.Projections;

/// <summary>
/// One part's work on a batch: a kernel for each example, run by any thread, and what libtorch does afterwards.
/// </summary>
/// <param name="entries">Additions for each example, roughly.</param>
/// <param name="kernel">Called with each example's number; touches no tensor.</param>
/// <param name="held">What has to live until then; disposed with this.</param>
internal sealed class SketchWork(long entries, Action<int> kernel, params IReadOnlyList<TorchSharp.torch.Tensor> held)
    : IDisposable
{
    /// <summary>Additions for each example, roughly.</summary>
    public long Entries => entries;

    /// <summary>Called with each example's number.</summary>
    public Action<int> Kernel => kernel;

    /// <summary>Called once, after all kernels of all parts.</summary>
    public Action? Finish { get; init; }

    /// <summary>Bytes of what is held.</summary>
    public long HeldBytes { get; } = held.Sum(tensor => tensor.numel() * sizeof(float));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TorchSharp.torch.Tensor tensor in held)
            tensor.Dispose();
    }
}
