using System.Globalization;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;
using Tessar.Tensors;

namespace Tessar.Examples.Importers;

/// <summary>Pictures kept as numbers from 0 to 1 that were bytes once: value = byte / 255.</summary>
internal static class UnitNumbers
{
    /// <summary>Largest distance of 255 × value from a whole number; F16 rounds away up to 0.06 near 1.</summary>
    private const double Tolerance = 0.07;

    /// <summary>True when every number of a column is a byte divided by 255.</summary>
    public static bool AreBytes(IReadOnlyList<SourceTable> tables, int index, CancellationToken cancellation)
    {
        SourceColumn column = tables[0].Columns[index];
        bool[] wanted = [.. tables[0].Columns.Select((_, i) => i == index)];
        int size = ElementTypes.SizeOf(column.Type);
        foreach (SourceRow row in tables.SelectMany(table => table.Rows(wanted)))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> bytes = row.Cells[index].Bytes.Span;
            for (int i = 0; i < bytes.Length; i += size)
            {
                if (ToByte(Numbers.ReadDouble(column.Type, bytes[i..])) < 0)
                    return false;
            }
        }

        return true;
    }

    /// <summary>The bytes of one picture.</summary>
    /// <exception cref="FileFormatException">A number isn't a byte divided by 255.</exception>
    public static byte[] ToBytes(
        SourceTable table, SourceRow row, long at, int index, SourceColumn column, ReadOnlySpan<byte> numbers)
    {
        int size = ElementTypes.SizeOf(column.Type);
        byte[] bytes = new byte[numbers.Length / size];
        for (int i = 0; i < bytes.Length; i++)
        {
            double value = Numbers.ReadDouble(column.Type, numbers[(i * size)..]);
            int pixel = ToByte(value);
            if (pixel < 0)
            {
                (string path, long? offset) = table.PlaceOf(row, at, index);
                throw SourceFile.Refuse(
                    path, offset, $"pixels of `{column.Name}` that are bytes divided by 255",
                    $"{value.ToString(CultureInfo.InvariantCulture)} in {row.Name}");
            }

            bytes[i] = (byte)pixel;
        }

        return bytes;
    }

    private static int ToByte(double value)
    {
        double scaled = value * 255, whole = Math.Round(scaled);
        return whole is >= 0 and <= 255 && Math.Abs(scaled - whole) <= Tolerance ? (int)whole : -1;
    }
}
