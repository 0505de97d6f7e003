using System.Runtime.InteropServices;
using Tessar.Tensors;
using Tessar.Training.Loading.Augmentations;
using static TorchSharp.torch;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>The memory of one batch, used again and again.</summary>
/// <remarks>
/// Workers write through the pointers and never call torch, which isn't trusted under concurrent managed callers.
/// </remarks>
internal sealed unsafe class BatchSlot : IDisposable
{
    private readonly Tensor _inputs;
    private readonly Tensor _labels;
    private readonly byte* _bytes;
    private readonly long* _classes;
    private readonly int _size;
    private readonly int _each;
    private readonly int[] _indices;
    private readonly float[] _last;
    private (int Count, Tensor Inputs, Tensor Labels)? _part;

    public BatchSlot(LoaderPlan plan)
    {
        int count = plan.LargestBatch;
        _size = plan.Input.Size;
        _indices = new int[count];
        _last = plan.Mixup > 0 ? new float[_size] : [];
        _inputs = (plan.ChannelsFirst ? plan.Input.NewContiguousBatch(count) : plan.Input.NewBatch(count))
            .DetachFromDisposeScope();
        _labels = empty([count], int64).DetachFromDisposeScope();
        using Tensor flat = _inputs.as_strided([(long)count * _size], [1]);
        _bytes = (byte*)Pointer(flat);
        _each = checked(_size * ElementTypes.SizeOf(plan.Input.ElementType));
        _classes = (long*)Pointer(_labels);
        // That of a whole epoch's last batch; an epoch taken up in its middle may end with another.
        if (plan.LastBatch < count)
            _part = Part(plan.LastBatch);
    }

    /// <summary>Counts up whenever the batch is given back: a handle from before is recognised by it.</summary>
    public int Generation { get; set; }

    /// <summary>Number of the batch in the epoch.</summary>
    public long Batch { get; set; }

    /// <summary>Examples in the batch.</summary>
    public int Count { get; set; }

    /// <summary>How many of them count.</summary>
    public int Valid { get; set; }

    /// <summary>The place of the order after the global batch.</summary>
    public long NextPosition { get; set; }

    /// <summary>Whether everything is in it.</summary>
    public bool IsFilled { get; set; }

    /// <summary>Share of an example in its blend with the one before; 1 without mixup.</summary>
    public float MixWeight { get; private set; } = 1;

    /// <summary>Chunks that a worker has taken, and that are done.</summary>
    public int Taken { get; set; }

    /// <inheritdoc cref="Taken"/>
    public int Done { get; set; }

    /// <summary>What went wrong first, by position in the batch.</summary>
    public (int At, Exception Error)? Failure { get; set; }

    /// <summary>The examples; room for the largest batch.</summary>
    public Span<int> AllIndices => _indices;

    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, Count);

    /// <summary>The bytes of one example's input.</summary>
    public Span<byte> Input(int at) => new(_bytes + ((long)at * _each), _each);

    public Span<long> Labels => new(_classes, Count);

    /// <summary>Blends each example with the one before it; of inputs that are numbers.</summary>
    public void Mix(float weight)
    {
        MixWeight = weight;
        Mixup.Blend(new Span<float>(_bytes, checked(Count * _size)), _size, weight, _last);
    }

    /// <summary>Inputs and labels of the batch; a shorter batch is the first part of the memory.</summary>
    public (Tensor Inputs, Tensor Labels) Tensors()
    {
        if (Count == _indices.Length)
            return (_inputs, _labels);
        if (_part is not { } known || known.Count != Count)
        {
            Forget();
            _part = known = Part(Count);
        }

        return (known.Inputs, known.Labels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _inputs.Dispose();
        _labels.Dispose();
    }

    private (int, Tensor, Tensor) Part(int count) =>
        (count, _inputs.narrow(0, 0, count).DetachFromDisposeScope(), _labels.narrow(0, 0, count).DetachFromDisposeScope());

    private void Forget()
    {
        _part?.Inputs.Dispose();
        _part?.Labels.Dispose();
        _part = null;
    }

    private static void* Pointer(Tensor contiguous)
    {
        Span<byte> bytes = contiguous.bytes;
        return System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
    }
}
