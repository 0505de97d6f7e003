using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Brings numbers of any source to the types and byte order of a store; no value changes.</summary>
/// <remarks>
/// BOOL and U8 become U8; I8, U16, I16, I32 become I32; U32, I64 and U64 (below 2^63) become I64; F16, BF16, F32 become F32.
/// </remarks>
internal static class Numbers
{
    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(NumberType type) => type switch
    {
        NumberType.Bool or NumberType.U8 or NumberType.I8 => 1,
        NumberType.U16 or NumberType.I16 or NumberType.F16 or NumberType.BF16 => 2,
        NumberType.U32 or NumberType.I32 or NumberType.F32 => 4,
        _ => 8,
    };

    /// <summary>The store's type that holds all values of the source's.</summary>
    public static ElementType StoredAs(NumberType type) => type switch
    {
        NumberType.Bool or NumberType.U8 => ElementType.U8,
        NumberType.I8 or NumberType.U16 or NumberType.I16 or NumberType.I32 => ElementType.I32,
        NumberType.U32 or NumberType.I64 or NumberType.U64 => ElementType.I64,
        NumberType.F16 or NumberType.BF16 or NumberType.F32 => ElementType.F32,
        _ => ElementType.F64,
    };

    /// <summary>Converts numbers that lie side by side.</summary>
    /// <param name="type">Their type in the source.</param>
    /// <param name="isBigEndian">Their byte order there; the bytes are swapped in place.</param>
    /// <param name="source">Numbers of <paramref name="type"/>.</param>
    /// <param name="target">As many of <see cref="StoredAs"/>, little-endian.</param>
    /// <returns>Index of the first U64 that is 2^63 or more; −1 when all fit.</returns>
    public static int Convert(NumberType type, bool isBigEndian, Span<byte> source, Span<byte> target)
    {
        if (isBigEndian)
            Swap(source, SizeOf(type));
        switch (type)
        {
            case NumberType.Bool:
                for (int i = 0; i < source.Length; i++)
                    target[i] = source[i] == 0 ? (byte)0 : (byte)1;
                return -1;
            case NumberType.I8:
                Widen<sbyte, int>(source, target, value => value);
                return -1;
            case NumberType.U16:
                Widen<ushort, int>(source, target, value => value);
                return -1;
            case NumberType.I16:
                Widen<short, int>(source, target, value => value);
                return -1;
            case NumberType.U32:
                Widen<uint, long>(source, target, value => value);
                return -1;
            case NumberType.F16:
                Widen<Half, float>(source, target, value => (float)value);
                return -1;
            case NumberType.BF16:
                Widen<ushort, float>(source, target, value => BitConverter.UInt32BitsToSingle((uint)value << 16));
                return -1;
            default:
                source.CopyTo(target);
                return type == NumberType.U64 ? FirstNegative(MemoryMarshal.Cast<byte, long>(source)) : -1;
        }
    }

    /// <summary>Reads one number of a store's type.</summary>
    public static double ReadDouble(ElementType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ElementType.U8 => bytes[0],
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };

    /// <summary>Writes one number as a store's type.</summary>
    /// <exception cref="OverflowException">It doesn't fit.</exception>
    public static void WriteDouble(ElementType type, double value, Span<byte> bytes)
    {
        switch (type)
        {
            case ElementType.U8:
                bytes[0] = checked((byte)value);
                break;
            case ElementType.I32:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, checked((int)value));
                break;
            case ElementType.I64:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, checked((long)value));
                break;
            case ElementType.F32:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
                break;
        }
    }

    private static void Swap(Span<byte> bytes, int size)
    {
        for (int at = 0; size > 1 && at < bytes.Length; at += size)
            bytes.Slice(at, size).Reverse();
    }

    private static void Widen<TFrom, TTo>(Span<byte> source, Span<byte> target, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        ReadOnlySpan<TFrom> from = MemoryMarshal.Cast<byte, TFrom>(source);
        Span<TTo> to = MemoryMarshal.Cast<byte, TTo>(target);
        for (int i = 0; i < from.Length; i++)
            to[i] = convert(from[i]);
    }

    private static int FirstNegative(ReadOnlySpan<long> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < 0)
                return i;
        }

        return -1;
    }
}
