using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>The memory of a contiguous fp32 tensor, for kernels that run without libtorch.</summary>
internal static class TensorAccess
{
    /// <summary>
    /// A tensor with the same numbers, contiguous and fp32; the same tensor under another handle when it is that already.
    /// </summary>
    public static Tensor Flat(Tensor tensor)
    {
        using Tensor single = tensor.to_type(ScalarType.Float32);
        return single.contiguous();
    }

    /// <summary>Address of the first element of a contiguous fp32 tensor that stays alive during the call.</summary>
    public static unsafe float* Pointer(Tensor tensor)
    {
        fixed (float* first = MemoryMarshal.Cast<byte, float>(tensor.bytes))
            return first;
    }
}
