using static TorchSharp.torch;

namespace Tessar.Tensors;

/// <summary>TorchSharp's element types and those of safetensors.</summary>
internal static class TensorTypes
{
    /// <summary>The type under which a tensor is stored.</summary>
    /// <exception cref="TessarException">Safetensors has none (complex and quantised numbers).</exception>
    public static ElementType ElementTypeOf(ScalarType type, string name) => type switch
    {
        ScalarType.Float64 => ElementType.F64,
        ScalarType.Float32 => ElementType.F32,
        ScalarType.Float16 => ElementType.F16,
        ScalarType.BFloat16 => ElementType.BF16,
        ScalarType.Int64 => ElementType.I64,
        ScalarType.Int32 => ElementType.I32,
        ScalarType.Int16 => ElementType.I16,
        ScalarType.Int8 => ElementType.I8,
        ScalarType.Byte => ElementType.U8,
        ScalarType.Bool => ElementType.Bool,
        _ => throw new TessarException(
            $"`{name}` is of type {type}, which safetensors doesn't know. Store it as two tensors of real numbers.",
            ErrorKind.InputData),
    };
}
