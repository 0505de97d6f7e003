using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Text and bytes of an Arrow array: offsets of 4 or 8 bytes into one buffer, or views into several.</summary>
/// <remarks>
/// A view of 16 bytes: length i32; up to 12 bytes in place, or else 4 bytes of prefix, number of the buffer i32, place in it i32.
/// Every access is compared with the buffers, whatever the array claims. Source: Arrow columnar format, "Variable-size Binary
/// View Layout".
/// </remarks>
internal static class ArrowBytes
{
    private const int ViewBytes = 16, InPlace = 12, FirstViewed = 2;

    /// <summary>The cells of a batch.</summary>
    /// <param name="column">The column.</param>
    /// <param name="data">Its values.</param>
    /// <param name="rows">How many.</param>
    /// <param name="fill">What to put where one is missing; null when that is an error.</param>
    /// <param name="isMissingAbove">Tells the rows that are missing as a whole.</param>
    /// <param name="place">For errors: the file and the first row.</param>
    public static Func<int, Cell> Cells(
        SourceColumn column, ArrayData data, int rows, double? fill, Func<int, bool> isMissingAbove,
        (string Path, long Row) place)
    {
        Func<int, bool> isMissing = ArrowBits.Missing(data, data.Offset);
        bool isView = data.DataType.TypeId is ArrowTypeId.StringView or ArrowTypeId.BinaryView;
        byte[] filling = Encoding.UTF8.GetBytes(fill?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty);
        int width = isView ? ViewBytes : data.DataType.TypeId is ArrowTypeId.LargeString or ArrowTypeId.LargeBinary ? 8 : 4;
        ReadOnlySpan<byte> index = data.Buffers[1].Span;
        if (data.Offset < 0 || ((long)data.Offset + rows + (rows == 0 || isView ? 0 : 1)) * width > index.Length)
            throw SourceFile.Refuse(
                place.Path, null, $"{rows} values of `{column.Name}` from row {place.Row}", $"{index.Length} bytes of offsets");
        var cells = new Cell[rows];
        for (int row = 0; row < rows; row++)
        {
            if (isMissing(row) || isMissingAbove(row))
            {
                cells[row] = fill is not null && column.Kind != CellKind.Image
                    ? new Cell(filling)
                    : throw BatchCells.Missing(place.Path, column.Name, place.Row + row);
                continue;
            }

            int at = checked((data.Offset + row) * width);
            (int buffer, long start, long end) = isView
                ? View(data, index.Slice(at, ViewBytes), at)
                : (FirstViewed, At(index, at, width), At(index, at + width, width));
            long length = buffer < data.Buffers.Length && buffer > 0 ? data.Buffers[buffer].Length : -1;
            if (start < 0 || end < start || end > length)
                throw SourceFile.Refuse(
                    place.Path, null, $"`{column.Name}` of row {place.Row + row} within its buffers",
                    $"bytes {start} to {end} of {length}");
            cells[row] = new Cell(data.Buffers[buffer].Span[(int)start..(int)end].ToArray());
        }

        return row => cells[row];
    }

    private static (int Buffer, long Start, long End) View(ArrayData data, ReadOnlySpan<byte> view, int at)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(view);
        if (length is >= 0 and <= InPlace)
            return (1, at + sizeof(int), at + sizeof(int) + length);
        long start = BinaryPrimitives.ReadInt32LittleEndian(view[12..]), number =
            BinaryPrimitives.ReadInt32LittleEndian(view[8..]);
        return (
            number >= 0 && number < data.Buffers.Length - FirstViewed ? (int)number + FirstViewed : data.Buffers.Length, start,
            start + length);
    }

    private static long At(ReadOnlySpan<byte> offsets, int at, int width) =>
        width == 8
            ? BinaryPrimitives.ReadInt64LittleEndian(offsets[at..])
            : BinaryPrimitives.ReadInt32LittleEndian(offsets[at..]);
}
