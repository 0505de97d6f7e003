using System.Runtime.InteropServices;
using Tessar.Tensors;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>
/// A tensor's numbers as a span in row-major order, for kernels of our own; written back when the tensor lies otherwise in
/// memory.
/// </summary>
internal readonly ref struct PlainNumbers<T>
    where T : unmanaged
{
    private readonly Tensor _whole;
    private readonly Tensor _plain;
    private readonly bool _writes;

    /// <summary>Opens a tensor that stays the caller's.</summary>
    public PlainNumbers(Tensor tensor, bool writes = true)
    {
        _writes = writes;
        _whole = tensor.detach();
        _plain = _whole.is_contiguous() ? _whole : _whole.contiguous();
        Span = MemoryMarshal.Cast<byte, T>(_plain.bytes);
    }

    /// <summary>The numbers; what is written here is the tensor's once this is disposed of.</summary>
    public Span<T> Span { get; }

    public void Dispose()
    {
        if (!ReferenceEquals(_whole, _plain))
        {
            if (_writes)
                _whole.copy_(_plain);
            _plain.Dispose();
        }

        _whole.Dispose();
    }
}

/// <summary>What kernels of our own can work on.</summary>
internal static class PlainNumbers
{
    /// <summary>Makes sure that all parameters are float32 or float64 and in this machine's memory.</summary>
    /// <exception cref="TessarException">One isn't.</exception>
    public static void Require(TrainedParameters parameters, string optimizer)
    {
        foreach ((string name, Tensor value) in parameters.Items)
        {
            if (value.dtype is not (ScalarType.Float32 or ScalarType.Float64) || value.device_type != TorchSharp.DeviceType.CPU)
            {
                throw new TessarException(
                    $"{optimizer} trains float32 or float64 in the processor's memory; `{name}` {Shape.Of(value)} is "
                        + $"{value.dtype} on "
                    + $"{value.device}. Convert the model, or use sgd or adamw.",
                    ErrorKind.InputData);
            }
        }
    }
}
