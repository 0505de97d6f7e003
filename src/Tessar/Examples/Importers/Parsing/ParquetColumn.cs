using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Parquet.Data;
using Parquet.Schema;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// One column of a Parquet file: a number, a list of numbers of one length, text, bytes, or a picture as {bytes, path}.
/// </summary>
/// <param name="Field">Where its values are.</param>
/// <param name="Column">What it becomes.</param>
/// <param name="Type">Type of its numbers; null for text and bytes.</param>
internal sealed record ParquetColumn(DataField Field, SourceColumn Column, NumberType? Type)
{
    /// <summary>What stands in place of a shape for text that is JSON.</summary>
    public const string JsonNote = "json";

    /// <summary>Recognises a column.</summary>
    /// <param name="field">The field of the schema.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="lengthOf">Tells how many values the list of each row has; 0 when they differ.</param>
    /// <param name="shape">
    /// The shape that an export noted, such as <c>3x4</c>, or <c>json</c> for text that is JSON; or null.
    /// </param>
    /// <returns>Null for one that can't be stored.</returns>
    public static ParquetColumn? Of(Field field, string path, Func<DataField, int> lengthOf, string? shape)
    {
        switch (field)
        {
            case DataField { IsArray: false } data when KindOf(data) is { } kind:
                return new ParquetColumn(
                    data, SourceColumn.Of(field.Name, kind == CellKind.Text && shape == JsonNote ? CellKind.Json : kind), null);
            case DataField { IsArray: false } data when TypeOf(data) is { } type:
                return new ParquetColumn(
                    data, SourceColumn.Array(field.Name, Numbers.StoredAs(type)) with { IsTruth = type == NumberType.Bool },
                    type);
            case ListField { Item: DataField { MaxRepetitionLevel: 1 } item } when TypeOf(item) is { } type
                && lengthOf(item) is > 0 and var length:
                SourceColumn column = SourceColumn.Array(
                    field.Name, Numbers.StoredAs(type), ShapeOf(shape, length, field.Name, path));
                return new ParquetColumn(item, column with { IsTruth = type == NumberType.Bool }, type);
            case StructField image when image.Fields.FirstOrDefault(
                part => part.Name == "bytes") is DataField { IsArray: false } bytes
                && KindOf(bytes) == CellKind.Bytes && image.Fields.All(part => part.Name is "bytes" or "path"):
                return new ParquetColumn(bytes, SourceColumn.Of(field.Name, CellKind.Image), null);
            default:
                return null;
        }
    }

    /// <summary>What a column is called that isn't read.</summary>
    public static string Describe(Field field) => field switch
    {
        ListField { Item: DataField item } when TypeOf(item) is not null => "lists of varying length",
        ListField or DataField { IsArray: true } => "lists of something else than numbers",
        MapField => "maps",
        StructField => "structures",
        DateTimeDataField or DataField { ClrType.Name: "DateTime" or "DateOnly" or "TimeOnly" or "TimeSpan" or "Interval" } =>
            "times",
        DecimalDataField or DataField { ClrType.Name: "Decimal" or "BigDecimal" or "BigInteger" } => "decimals",
        DataField { ClrType.Name: "Guid" } => "unique identifiers",
        _ => "a type that isn't read",
    };

    /// <summary>The cells of a row group.</summary>
    /// <exception cref="FileFormatException">
    /// A value is missing, a list has another length, or there are other than <paramref name="rows"/> rows.
    /// </exception>
    public Func<int, Cell> Cells(RawColumnData data, int rows, double? fill, (string Path, long Row) place)
    {
        int most = Field.MaxDefinitionLevel;
        int[]? levels = most > 0 ? data.DefinitionLevels.ToArray() : null;
        Func<int, bool>? isMissing = levels is null || Array.TrueForAll(levels, level => level == most)
            ? null
            : i => levels[i] < most;
        int values = rows * (Column.Stride / Tensors.ElementTypes.SizeOf(Column.Type));
        if (Type is not { } type)
            return OfBytes(data, rows, isMissing, fill, place);
        if (Field.MaxRepetitionLevel > 0)
            CheckLists(data.RepetitionLevels, rows, place);
        ReadOnlySpan<byte> bytes = BytesOf(data);
        if (bytes.Length != (long)values * Numbers.SizeOf(type) || (levels is not null && levels.Length != values))
            throw SourceFile.Refuse(
                place.Path, null, $"{values} numbers of `{Column.Name}` from row {place.Row}",
                $"{bytes.Length / Numbers.SizeOf(type)}");
        return BatchCells.OfNumbers(Column, type, bytes, isMissing, fill, place);
    }

    private Func<int, Cell> OfBytes(
        RawColumnData data, int rows, Func<int, bool>? isMissing, double? fill, (string Path, long Row) place)
    {
        byte[][] cells = data switch
        {
            RawColumnData<ReadOnlyMemory<char>> text =>
                [.. text.Values.ToArray().Select(value => Encoding.UTF8.GetBytes(value.ToArray()))],
            RawColumnData<ReadOnlyMemory<byte>> bytes => [.. bytes.Values.ToArray().Select(value => value.ToArray())],
            _ => [],
        };
        if (cells.Length != rows)
            throw SourceFile.Refuse(
                place.Path, null, $"{rows} values of `{Column.Name}` from row {place.Row}", $"{cells.Length}");
        for (int i = 0; isMissing is not null && i < rows; i++)
        {
            if (isMissing(i) && (fill is null || Column.Kind == CellKind.Image))
                throw BatchCells.Missing(place.Path, Column.Name, place.Row + i);
        }

        string filling = fill?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty;
        return row => new Cell(isMissing?.Invoke(row) == true ? Encoding.UTF8.GetBytes(filling) : cells[row]);
    }

    private void CheckLists(ReadOnlySpan<int> levels, int rows, (string Path, long Row) place)
    {
        int length = Column.Shape.Aggregate(1, (product, size) => product * size);
        for (int i = 0; i < levels.Length; i++)
        {
            if ((levels[i] == 0) != (i % length == 0))
            {
                throw SourceFile.Refuse(
                    place.Path, null, $"lists of {length} numbers in each row of `{Column.Name}`, as in the first",
                    $"another length near row {place.Row + (i / length)}");
            }
        }

        if (levels.Length != (long)rows * length)
            throw SourceFile.Refuse(
                place.Path, null, $"{rows} lists of {length} numbers of `{Column.Name}`", $"{levels.Length} numbers");
    }

    private static int[] ShapeOf(string? noted, int length, string name, string path)
    {
        if (noted is null)
            return [length];
        int[] shape = [.. noted.Split('x')
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        long product = 1;
        foreach (int size in shape)
            product = Math.Min(product * size, int.MaxValue);
        return product == length
            ? shape
            : throw SourceFile.Refuse(path, null, $"a shape of {length} numbers of `{name}`", $"`{noted}`");
    }

    private static CellKind? KindOf(DataField field) =>
        field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(string) ? CellKind.Text
        : field.ClrType == typeof(ReadOnlyMemory<byte>) || field.ClrType == typeof(byte[]) ? CellKind.Bytes
        : null;

    private static NumberType? TypeOf(DataField field) => System.Type.GetTypeCode(field.ClrType) switch
    {
        _ when field.ClrType.IsEnum => null,
        TypeCode.Boolean => NumberType.Bool,
        TypeCode.Byte => NumberType.U8,
        TypeCode.SByte => NumberType.I8,
        TypeCode.UInt16 => NumberType.U16,
        TypeCode.Int16 => NumberType.I16,
        TypeCode.UInt32 => NumberType.U32,
        TypeCode.Int32 => NumberType.I32,
        TypeCode.UInt64 => NumberType.U64,
        TypeCode.Int64 => NumberType.I64,
        TypeCode.Single => NumberType.F32,
        TypeCode.Double => NumberType.F64,
        _ => null,
    };

    private static ReadOnlySpan<byte> BytesOf(RawColumnData data) => data switch
    {
        RawColumnData<bool> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<byte> values => values.Values,
        RawColumnData<sbyte> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<ushort> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<short> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<uint> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<int> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<ulong> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<long> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<float> values => MemoryMarshal.AsBytes(values.Values),
        RawColumnData<double> values => MemoryMarshal.AsBytes(values.Values),
        _ => [],
    };
}
