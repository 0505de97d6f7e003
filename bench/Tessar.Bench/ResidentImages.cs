using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>
/// Whole batches by libtorch from bytes in memory: index_select, conversion, subtraction and division in place.
/// </summary>
internal sealed class ResidentImages : IDisposable
{
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly Scalar _mean;
    private readonly Scalar _std;
    private readonly int _batchSize;
    private readonly int _count;
    private int _epoch;

    public ResidentImages(ExampleSet set, ImageInput input, int batchSize)
    {
        (_count, _batchSize) = (set.Count, batchSize);
        _images = Bytes(set);
        _labels = Batches.Labels(set, [.. Enumerable.Range(0, _count)]);
        (_mean, _std) = ((input.Normalization.Mean[0] * 255).ToScalar(), (input.Normalization.Std[0] * 255).ToScalar());
    }

    /// <summary>All pictures, uint8 [examples, 1, height, width].</summary>
    public static Tensor Bytes(ExampleSet set)
    {
        ImageShape shape = set.Store.Image;
        Tensor all = empty([set.Count, shape.Channels, shape.Height, shape.Width], uint8);
        Span<byte> bytes = all.bytes;
        for (int i = 0; i < set.Count; i++)
            set.Image(i).CopyTo(bytes[(i * shape.Size)..]);
        return all;
    }

    public int Epoch()
    {
        long[] order = new long[_count];
        for (int i = 0; i < _count; i++)
            order[i] = i;
        new RandomStream(1, "bench", _epoch++).Shuffle<long>(order);
        for (int start = 0; start < _count; start += _batchSize)
        {
            using var scope = NewDisposeScope();
            Tensor index = empty([Math.Min(_batchSize, _count - start)], int64);
            order.AsSpan(start, (int)index.shape[0]).CopyTo(MemoryMarshal.Cast<byte, long>(index.bytes));
            _images.index_select(0, index).to(float32).sub_(_mean).div_(_std);
            _labels.index_select(0, index);
        }

        return _count;
    }

    public void Dispose()
    {
        _images.Dispose();
        _labels.Dispose();
        _mean.Dispose();
        _std.Dispose();
    }
}
