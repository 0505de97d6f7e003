using static TorchSharp.torch;

namespace Tessar.Tensors;

/// <summary>Where a tensor's elements lie in memory. Tied parameters are different objects on one place.</summary>
/// <param name="Address">Of the first element; 0 for a tensor without elements.</param>
/// <param name="Bytes">From there to behind the last element.</param>
internal readonly record struct TensorStorage(nint Address, long Bytes)
{
    /// <summary>The place of a tensor on the CPU.</summary>
    public static unsafe TensorStorage Of(Tensor tensor)
    {
        if (tensor.numel() == 0)
            return default;
        long last = 0;
        long[] shape = tensor.shape, strides = tensor.stride();
        for (int axis = 0; axis < shape.Length; axis++)
            last += (shape[axis] - 1) * strides[axis];
        // One element is asked for: a span over all of them can't be larger than 2 GiB.
        using Tensor plain = tensor.detach();
        using Tensor first = plain.as_strided([1], [1], tensor.storage_offset());
        fixed (byte* start = first.bytes)
            return new TensorStorage((nint)start, (last + 1) * tensor.element_size());
    }

    /// <summary>Whether two places have a byte in common.</summary>
    public bool Overlaps(TensorStorage other) =>
        Address != 0 && other.Address != 0 && Address < other.Address + (nint)other.Bytes
            && other.Address < Address + (nint)Bytes;
}
