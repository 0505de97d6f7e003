using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Tessar.Examples.Importers.Columns;
using NumberType = Tessar.Examples.Importers.Columns.NumberType;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>One column of an Arrow table: numbers, fixed-size lists of them, text, bytes, or pictures as {bytes, path}.</summary>
/// <param name="Column">What it becomes.</param>
/// <param name="Type">Type of its numbers; null for text and bytes.</param>
/// <param name="IsBits">True for truth values, eight to a byte.</param>
/// <param name="BytesField">Field of a structure that holds the picture; −1 without a structure.</param>
internal sealed record ArrowColumn(SourceColumn Column, NumberType? Type, bool IsBits, int BytesField)
{
    /// <summary>Recognises a column.</summary>
    /// <exception cref="FileFormatException">It is of another kind.</exception>
    public static ArrowColumn Of(Field field, string path)
    {
        var shape = new List<int>();
        IArrowType type = field.DataType;
        while (type is FixedSizeListType list)
        {
            shape.Add(list.ListSize);
            type = list.ValueDataType;
        }

        if (TypeOf(type.TypeId) is { } number && shape.TrueForAll(size => size > 0) && shape.Aggregate(1L, (product, size) => Math.Min(product * size, int.MaxValue)) < int.MaxValue / 8)
            return new ArrowColumn(SourceColumn.Array(field.Name, Numbers.StoredAs(number), shape), number, type.TypeId == ArrowTypeId.Boolean, -1);
        if (shape.Count == 0 && KindOf(type.TypeId) is { } kind)
            return new ArrowColumn(SourceColumn.Of(field.Name, kind), null, IsBits: false, -1);
        if (shape.Count == 0 && type is StructType picture && picture.GetFieldIndex("bytes") is >= 0 and var bytes
            && KindOf(picture.GetFieldByIndex(bytes).DataType.TypeId) == CellKind.Bytes && picture.Fields.All(part => part.Name is "bytes" or "path"))
            return new ArrowColumn(SourceColumn.Of(field.Name, CellKind.Picture), null, IsBits: false, bytes);
        throw SourceFile.Refuse(
            path, null, "numbers, fixed-size lists of numbers, text, bytes and pictures as {bytes, path}", $"`{field.Name}`, {field.DataType.Name}");
    }

    /// <summary>The cells of a batch. Every access is checked against the buffers, whatever the batch claims.</summary>
    public Func<int, Cell> Cells(ArrayData data, int rows, double? fill, (string Path, long Row) place)
    {
        if (data.Length != rows || data.Offset < 0)
            throw SourceFile.Refuse(place.Path, null, $"{rows} values of `{Column.Name}` from row {place.Row}", $"{data.Length}");
        if (BytesField >= 0)
        {
            ArrayData child = data.Children[BytesField];
            return OfBytes(child, child.Offset + data.Offset, rows, fill: null, place, Missing(data));
        }

        return Type is { } type ? OfNumbers(data, type, rows, fill, place) : OfBytes(data, data.Offset, rows, fill, place, Missing(data));
    }

    private Func<int, Cell> OfNumbers(ArrayData data, NumberType type, int rows, double? fill, (string Path, long Row) place)
    {
        int count = rows, offset = data.Offset;
        var missing = new List<(Func<int, bool> IsMissing, int PerItem)>();
        foreach (int size in Column.Shape)
        {
            missing.Add((Missing(data), size));
            data = data.Children[0];
            count = checked(count * size);
            offset = checked((offset * size) + data.Offset);
        }

        Func<int, bool> own = Missing(data, offset);
        ReadOnlySpan<byte> buffer = data.Buffers[1].Span;
        if (offset < 0 || (IsBits && ((long)offset + count + 7) / 8 > buffer.Length))
            throw SourceFile.Refuse(place.Path, null, $"{count} truth values of `{Column.Name}` from row {place.Row}", $"{buffer.Length} bytes");
        byte[]? bits = IsBits ? new byte[count] : null;
        for (int i = 0; bits is not null && i < count; i++)
            bits[i] = (byte)((buffer[(offset + i) / 8] >> ((offset + i) % 8)) & 1);
        int width = Numbers.SizeOf(type);
        ReadOnlySpan<byte> values = bits ?? buffer.Slice(checked(offset * width), checked(count * width));
        return BatchCells.OfNumbers(Column, type, values, IsAnyMissing, fill, place);

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

    private Func<int, Cell> OfBytes(ArrayData data, int offset, int rows, double? fill, (string Path, long Row) place, Func<int, bool> isMissingAbove)
    {
        bool isLarge = data.DataType.TypeId is ArrowTypeId.LargeString or ArrowTypeId.LargeBinary;
        Func<int, bool> isMissing = Missing(data, offset);
        string filling = fill?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty;
        ReadOnlySpan<byte> offsets = data.Buffers[1].Span, values = data.Buffers[2].Span;
        if (offset < 0 || ((long)offset + rows + (rows == 0 ? 0 : 1)) * (isLarge ? 8 : 4) > offsets.Length)
            throw SourceFile.Refuse(place.Path, null, $"{rows} values of `{Column.Name}` from row {place.Row}", $"{offsets.Length} bytes of offsets");
        var cells = new Cell[rows];
        for (int row = 0; row < rows; row++)
        {
            if (isMissing(row) || isMissingAbove(row))
            {
                cells[row] = fill is not null && Column.Kind != CellKind.Picture
                    ? new Cell(Encoding.UTF8.GetBytes(filling))
                    : throw BatchCells.Missing(place.Path, Column.Name, place.Row + row);
                continue;
            }

            long start = At(offsets, offset + row, isLarge), end = At(offsets, offset + row + 1, isLarge);
            if (start < 0 || end < start || end > values.Length)
                throw SourceFile.Refuse(place.Path, null, $"`{Column.Name}` of row {place.Row + row} within {values.Length} bytes", $"bytes {start} to {end}");
            cells[row] = new Cell(values[(int)start..(int)end].ToArray());
        }

        return row => cells[row];
    }

    private static long At(ReadOnlySpan<byte> offsets, int index, bool isLarge) =>
        isLarge ? BinaryPrimitives.ReadInt64LittleEndian(offsets[checked(index * 8)..]) : BinaryPrimitives.ReadInt32LittleEndian(offsets[checked(index * 4)..]);

    private static Func<int, bool> Missing(ArrayData data) => Missing(data, data.Offset);

    /// <summary>A bit of one says that a value is there; without bits all are.</summary>
    private static Func<int, bool> Missing(ArrayData data, int offset)
    {
        ReadOnlyMemory<byte> bits = data.Buffers[0].Memory;
        return bits.Length == 0 ? _ => false : i => ((bits.Span[(offset + i) / 8] >> ((offset + i) % 8)) & 1) == 0;
    }

    private static CellKind? KindOf(ArrowTypeId type) => type switch
    {
        ArrowTypeId.String or ArrowTypeId.LargeString => CellKind.Text,
        ArrowTypeId.Binary or ArrowTypeId.LargeBinary => CellKind.Bytes,
        _ => null,
    };

    private static NumberType? TypeOf(ArrowTypeId type) => type switch
    {
        ArrowTypeId.Boolean => NumberType.Bool,
        ArrowTypeId.UInt8 => NumberType.U8,
        ArrowTypeId.Int8 => NumberType.I8,
        ArrowTypeId.UInt16 => NumberType.U16,
        ArrowTypeId.Int16 => NumberType.I16,
        ArrowTypeId.UInt32 => NumberType.U32,
        ArrowTypeId.Int32 => NumberType.I32,
        ArrowTypeId.UInt64 => NumberType.U64,
        ArrowTypeId.Int64 => NumberType.I64,
        ArrowTypeId.HalfFloat => NumberType.F16,
        ArrowTypeId.Float => NumberType.F32,
        ArrowTypeId.Double => NumberType.F64,
        _ => null,
    };
}
