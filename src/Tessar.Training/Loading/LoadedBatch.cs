using Tessar.Training.Loading.Pipeline;
using static TorchSharp.torch;

namespace Tessar.Training.Loading;

/// <summary>A batch on loan: its tensors are valid until it is disposed of, which must happen exactly once.</summary>
/// <remarks>The memory is used for another batch afterwards: clone what is to be kept.</remarks>
public readonly struct LoadedBatch : IDisposable, IEquatable<LoadedBatch>
{
    private readonly BatchRing? _ring;
    private readonly BatchSlot? _slot;
    private readonly int _generation;

    internal LoadedBatch(BatchRing ring, BatchSlot slot) => (_ring, _slot, _generation) = (ring, slot, slot.Generation);

    /// <summary>
    /// What the model takes, [examples, …]; of pictures normalised, float32 [examples, channels, height, width]. The loader
    /// disposes of it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public Tensor Inputs => Slot.Tensors().Inputs;

    /// <summary>Classes, int64 [examples]; the loader disposes of it.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public Tensor Labels => Slot.Tensors().Labels;

    /// <summary>Which examples of the set these are.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public ReadOnlySpan<int> Indices => Slot.Indices;

    /// <summary>Examples in the batch.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public int Count => Slot.Count;

    /// <summary>
    /// How many examples count, the first ones: all of them, but for the last batch of an epoch that several ranks share. The
    /// others repeat examples so that all ranks have batches of one size; leave them out of means.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public int ValidCount => Slot.Valid;

    /// <summary>
    /// λ of mixup: example i is λ times itself plus 1 − λ times example i − 1, example 0 with the last one. So the loss is
    /// λ · loss(<see cref="Labels"/>) + (1 − λ) · loss(<c>Labels.roll(1, 0)</c>). 1 without mixup.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public float MixWeight => Slot.MixWeight;

    /// <summary>Number of the batch among those of its <see cref="LoaderEpoch"/>, from 0.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public long Number => Slot.Batch;

    /// <summary>Where to go on after this batch, of all ranks: for <see cref="ExampleLoader.Epoch"/>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public long NextPosition => Slot.NextPosition;

    private BatchSlot Slot
    {
        get
        {
            ObjectDisposedException.ThrowIf(_slot is null || _slot.Generation != _generation, typeof(LoadedBatch));
            return _slot;
        }
    }

    /// <summary>Whether two handles are on loan for the same batch.</summary>
    public static bool operator ==(LoadedBatch left, LoadedBatch right) => left.Equals(right);

    /// <summary>Whether two handles aren't on loan for the same batch.</summary>
    public static bool operator !=(LoadedBatch left, LoadedBatch right) => !left.Equals(right);

    /// <summary>Gives the batch back.</summary>
    /// <exception cref="ObjectDisposedException">It was given back before.</exception>
    public void Dispose() => _ring?.Release(Slot, _generation);

    /// <inheritdoc/>
    public bool Equals(LoadedBatch other) => ReferenceEquals(_slot, other._slot) && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LoadedBatch other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _generation);
}
