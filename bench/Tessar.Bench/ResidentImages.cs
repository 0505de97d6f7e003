using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>Whole batches by libtorch from bytes in memory: index_select, conversion, subtraction and division in place.</summary>
internal sealed class ResidentImages : IDisposable
{
    private readonly Tensor images;
    private readonly Tensor labels;
    private readonly Scalar mean;
    private readonly Scalar std;
    private readonly int batchSize;
    private readonly int count;
    private int epoch;

    public ResidentImages(ExampleSet set, InputNormalization input, int batchSize)
    {
        (count, this.batchSize) = (set.Count, batchSize);
        images = Bytes(set);
        labels = Batches.Labels(set, [.. Enumerable.Range(0, count)]);
        (mean, std) = ((input.Mean[0] * 255).ToScalar(), (input.Std[0] * 255).ToScalar());
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
        long[] order = new long[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        new RandomStream(1, "bench", epoch++).Shuffle<long>(order);
        for (int start = 0; start < count; start += batchSize)
        {
            using var scope = NewDisposeScope();
            Tensor index = empty([Math.Min(batchSize, count - start)], int64);
            order.AsSpan(start, (int)index.shape[0]).CopyTo(MemoryMarshal.Cast<byte, long>(index.bytes));
            images.index_select(0, index).to(float32).sub_(mean).div_(std);
            labels.index_select(0, index);
        }

        return count;
    }

    public void Dispose()
    {
        images.Dispose();
        labels.Dispose();
        mean.Dispose();
        std.Dispose();
    }
}
