using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Tessar.Examples.Importers.Columns;
using NumberType = Tessar.Examples.Importers.Columns.NumberType;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// One column of an Arrow table: numbers, lists of them of one length, text, bytes, dictionaries of those, or pictures as {bytes,
/// path}.
/// </summary>
/// <param name="Field">Its number in the table.</param>
/// <param name="Column">What it becomes.</param>
/// <param name="Type">Type of its numbers; null for text and bytes.</param>
/// <param name="BytesField">Field of a structure that holds the picture; −1 without a structure.</param>
internal sealed record ArrowColumn(int Field, SourceColumn Column, NumberType? Type, int BytesField = -1)
{
    private const int MostNumbers = int.MaxValue / 8;

    /// <summary>Numbers in the list of each row, when the rows tell it; 0 when the type does, or without lists.</summary>
    public int ListLength { get; private init; }

    /// <summary>Recognises a column.</summary>
    /// <param name="field">Its description.</param>
    /// <param name="index">Its number.</param>
    /// <param name="listLength">Numbers in the list of each row; −1 when they differ.</param>
    /// <returns>Null for one that can't be stored.</returns>
    public static ArrowColumn? Of(Field field, int index, int listLength)
    {
        IArrowType type = field.DataType is DictionaryType dictionary ? dictionary.ValueType : field.DataType;
        var shape = new List<int>();
        while (type is FixedSizeListType list && field.DataType is not DictionaryType)
        {
            shape.Add(list.ListSize);
            type = list.ValueDataType;
        }

        bool isPossible = shape.TrueForAll(size => size > 0)
            && shape.Aggregate(1L, (product, size) => Math.Min(product * size, MostNumbers)) < MostNumbers;
        if (ArrowTypes.NumbersOf(type) is { } number && isPossible)
            return new ArrowColumn(
                index,
                SourceColumn.Array(field.Name, Numbers.StoredAs(number), shape) with { IsTruth = number == NumberType.Bool },
                number);
        if (shape.Count > 0)
            return null;
        if (ArrowTypes.ListOf(type) is { } listed && listLength is > 0 and < MostNumbers)
        {
            SourceColumn column = SourceColumn.Array(field.Name, Numbers.StoredAs(listed), listLength) with
            {
                IsTruth = listed == NumberType.Bool
            };
            return new ArrowColumn(index, column, listed) { ListLength = listLength };
        }

        if (ArrowTypes.KindOf(type) is { } kind)
            return new ArrowColumn(index, SourceColumn.Of(field.Name, kind), null);
        return type is StructType image && image.GetFieldIndex("bytes") is >= 0 and var bytes
            && ArrowTypes.KindOf(image.GetFieldByIndex(bytes).DataType) == CellKind.Bytes
            && image.Fields.All(part => part.Name is "bytes" or "path")
            ? new ArrowColumn(index, SourceColumn.Of(field.Name, CellKind.Image), null, bytes)
            : null;
    }

    /// <summary>How many numbers each row's list holds.</summary>
    /// <returns>−1 when rows differ, lists are empty, or the offsets are damaged.</returns>
    public static int LengthOfLists(ArrayData data, int rows)
    {
        int width = data.DataType is LargeListType ? 8 : 4;
        ReadOnlySpan<byte> offsets = data.Buffers[1].Span;
        if (rows == 0 || data.Offset < 0 || ((long)data.Offset + rows + 1) * width > offsets.Length)
            return -1;
        long first = At(offsets, data.Offset, width), length = At(offsets, data.Offset + 1, width) - first;
        for (int row = 1; row < rows; row++)
        {
            if (At(offsets, data.Offset + row + 1, width) - At(offsets, data.Offset + row, width) != length)
                return -1;
        }

        return first >= 0 && length is > 0 and < MostNumbers ? (int)length : -1;
    }

    /// <summary>The cells of a batch. Every access is checked against the buffers, whatever the batch claims.</summary>
    public Func<int, Cell> Cells(ArrayData data, int rows, double? fill, (string Path, long Row) place)
    {
        if (data.Length != rows || data.Offset < 0)
            throw SourceFile.Refuse(place.Path, null, $"{rows} values of `{Column.Name}` from row {place.Row}", $"{data.Length}");
        if (data.DataType is DictionaryType dictionary)
            return OfDictionary(data, dictionary, rows, fill, place);
        Func<int, bool> isMissing = ArrowBits.Missing(data, data.Offset);
        if (BytesField >= 0)
        {
            ArrayData child = data.Children[BytesField];
            return ArrowBytes.Cells(Column, child.Slice(data.Offset, rows), rows, fill: null, isMissing, place);
        }

        return Type is null ? ArrowBytes.Cells(Column, data, rows, fill, _ => false, place) : OfNumbers(data, rows, fill, place);
    }

    private Func<int, Cell> OfNumbers(ArrayData data, int rows, double? fill, (string Path, long Row) place)
    {
        int count = rows, offset = data.Offset;
        var missing = new List<(Func<int, bool> IsMissing, int PerItem)>();
        foreach (int size in Column.Shape)
        {
            missing.Add((ArrowBits.Missing(data, offset), size));
            if (ListLength > 0 && LengthOfLists(data, rows) != size && rows > 0)
                throw SourceFile.Refuse(
                    place.Path, null, $"lists of {size} numbers in `{Column.Name}` from row {place.Row}", "another length");
            int start = ListLength > 0 && rows > 0
                ? checked((int)At(data.Buffers[1].Span, offset, data.DataType is LargeListType ? 8 : 4))
                : checked(offset * size);
            data = data.Children[0];
            count = checked(count * size);
            offset = checked(start + data.Offset);
        }

        NumberType type = Type!.Value;
        Func<int, bool> own = ArrowBits.Missing(data, offset);
        return BatchCells.OfNumbers(Column, type, ValuesOf(data, type, offset, count, place), IsAnyMissing, fill, place);

        bool IsAnyMissing(int index)
        {
            int item = index;
            if (own(index))
                return true;
            for (int level = missing.Count - 1; level >= 0; level--)
            {
                item /= missing[level].PerItem;
                if (missing[level].IsMissing(item))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Numbers side by side; truth values stand eight to a byte.</summary>
    private ReadOnlySpan<byte> ValuesOf(ArrayData data, NumberType type, int offset, int count, (string Path, long Row) place)
    {
        ReadOnlySpan<byte> buffer = data.Buffers[1].Span;
        int width = Numbers.SizeOf(type);
        bool isBits = type == NumberType.Bool;
        if (offset < 0 || count < 0 || (isBits ? ((long)offset + count + 7) / 8 : ((long)offset + count) * width) > buffer.Length)
            throw SourceFile.Refuse(
                place.Path, null, $"{count} numbers of `{Column.Name}` from row {place.Row}", $"{buffer.Length} bytes");
        if (!isBits)
            return buffer.Slice(offset * width, count * width);
        byte[] bits = new byte[count];
        for (int i = 0; i < count; i++)
            bits[i] = (byte)((buffer[(offset + i) / 8] >> ((offset + i) % 8)) & 1);
        return bits;
    }

    /// <summary>A dictionary's rows are numbers of its values.</summary>
    private Func<int, Cell> OfDictionary(
        ArrayData data, DictionaryType dictionary, int rows, double? fill, (string Path, long Row) place)
    {
        ArrayData values = data.Dictionary
            ?? throw SourceFile.Refuse(place.Path, null, $"the dictionary of `{Column.Name}`", "none");
        Func<int, Cell> value = this.Cells(values, values.Length, fill, place);
        NumberType type = ArrowTypes.NumbersOf(dictionary.IndexType)
            ?? throw SourceFile.Refuse(
                place.Path, null, $"whole numbers in the rows of `{Column.Name}`", ArrowTypes.Describe(dictionary.IndexType));
        byte[] numbers = ValuesOf(data, type, data.Offset, rows, place).ToArray();
        SourceColumn keys = SourceColumn.Array(Column.Name, Numbers.StoredAs(type));
        Func<int, bool> isMissing = ArrowBits.Missing(data, data.Offset);
        Func<int, Cell> key = BatchCells.OfNumbers(keys, type, numbers, isMissing: null, fill: null, place);
        var cells = new Cell[rows];
        for (int row = 0; row < rows; row++)
        {
            double at = isMissing(row) ? -1 : Numbers.ReadDouble(keys.Type, key(row).Bytes.Span);
            if (isMissing(row))
                cells[row] = Filled(fill ?? throw BatchCells.Missing(place.Path, Column.Name, place.Row + row), place, row);
            else
                cells[row] = at >= 0 && at < values.Length ? value((int)at) : throw SourceFile.Refuse(
                    place.Path, null, $"one of the {values.Length} values of `{Column.Name}` in row {place.Row + row}",
                    $"number {at.ToString(CultureInfo.InvariantCulture)}");
        }

        return row => cells[row];
    }

    private Cell Filled(double fill, (string Path, long Row) place, int row)
    {
        if (Type is null)
            return new Cell(Encoding.UTF8.GetBytes(fill.ToString("R", CultureInfo.InvariantCulture)));
        byte[] number = new byte[Column.Stride];
        BatchCells.Fill(Column, number, fill, place.Path, place.Row + row);
        return new Cell(number);
    }

    private static long At(ReadOnlySpan<byte> offsets, int index, int width) => width == 8
        ? BinaryPrimitives.ReadInt64LittleEndian(offsets[checked(index * 8)..])
        : BinaryPrimitives.ReadInt32LittleEndian(offsets[checked(index * 4)..]);
}
