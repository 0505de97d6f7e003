using System.Buffers.Binary;
using Tessar.Tensors;
using Tessar.Web.Documents;

namespace Tessar.Web.Recorded;

/// <summary>What an array of a result holds, in a few numbers.</summary>
internal static class ArraySummary
{
    /// <summary>
    /// Arrays with more numbers than this are told by name and shape alone, so that a page never waits for them.
    /// </summary>
    internal const long MostNumbers = 1 << 22;

    /// <summary>The arrays of a file, in its order.</summary>
    public static IReadOnlyList<ResultArray> Of(SafetensorsFile file) => [.. file.Entries.Select(entry => Of(file, entry))];

    private static ResultArray Of(SafetensorsFile file, TensorEntry entry)
    {
        string type = entry.Type.ToString();
        int size = SizeOf(entry.Type);
        if (entry.Length / size > MostNumbers)
            return new ResultArray(entry.Name, type, entry.Shape, null, null, null, null);
        ReadOnlySpan<byte> bytes = file.Bytes(entry);
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity, sum = 0;
        long finite = 0, others = 0;
        for (int at = 0; at < bytes.Length; at += size)
        {
            double value = Value(entry.Type, bytes[at..]);
            if (!double.IsFinite(value))
            {
                others++;
                continue;
            }

            (least, greatest, sum, finite) = (Math.Min(least, value), Math.Max(greatest, value), sum + value, finite + 1);
        }

        // A sum of finite numbers may overflow; the mean then isn't known.
        double? mean = finite == 0 || !double.IsFinite(sum) ? null : sum / finite;
        return finite == 0
            ? new ResultArray(entry.Name, type, entry.Shape, null, null, null, others)
            : new ResultArray(entry.Name, type, entry.Shape, least, mean, greatest, others);
    }

    private static int SizeOf(ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 => 8,
        ElementType.F32 or ElementType.I32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 => 2,
        _ => 1,
    };

    private static double Value(ElementType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ElementType.F64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ElementType.F16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        // The upper half of a 32-bit number.
        ElementType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.I16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ElementType.I8 => (sbyte)bytes[0],
        _ => bytes[0],
    };
}
