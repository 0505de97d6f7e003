using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Parquet;
using Parquet.Schema;
using Tessar.Examples.Importers;
using Tessar.Examples.Importers.Parsing;
using Tessar.Tensors;

namespace Tessar.Examples.Exporters;

/// <summary>Apache Parquet: pictures as {bytes, path}, arrays as lists whose shape is noted in the file's metadata.</summary>
[ExportFormat("parquet", ".parquet")]
internal sealed class ParquetExport : ExportFormat
{
    private const int RowsPerGroup = 4096;

    /// <inheritdoc/>
    public override void Write(ExportJob job, StoreSplit split, string path)
    {
        StoreColumn[] columns = [.. job.Store.Manifest.Columns];
        if (job.Store.HasIds && Array.Find(columns, column => column.Name == ColumnChoice.IdName) is { } taken)
            throw CannotHold(taken, "the rows' ids need its name");
        Field[] fields = [
            .. columns.Select(FieldOf),
            .. job.Store.HasIds ? [new DataField<ulong>(ColumnChoice.IdName, false)] : Array.Empty<Field>()
        ];
        var schema = new ParquetSchema(fields);
        var metadata = new Dictionary<string, string>(job.MarksOf(split).ToEntries(), StringComparer.Ordinal);
        foreach (StoreColumn column in columns)
        {
            if (NoteOf(column) is { } note)
                metadata.Add(ParquetTable.ShapeKey + column.Name, note);
        }

        job.WriteFile(path, stream => WriteAsync(job, split, stream, schema, columns, metadata).GetAwaiter().GetResult());
    }

    private static async Task WriteAsync(
        ExportJob job, StoreSplit split, Stream stream, ParquetSchema schema, StoreColumn[] columns,
        Dictionary<string, string> metadata)
    {
        // Pictures are compressed already, and the library's streams want to own what they close.
        ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            writer.CustomMetadata = metadata;
            for (long first = 0; first == 0 || first < split.Count; first += RowsPerGroup)
            {
                long[] rows = [.. Enumerable.Range(0, (int)Math.Min(RowsPerGroup, split.Count - first))
                    .Select(i => split.First + first + i)];
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                for (int c = 0; c < columns.Length; c++)
                    await WriteAsync(job, group, schema.Fields[c], columns[c], rows).ConfigureAwait(false);
                if (job.Store.HasIds)
                    await group.WriteAsync<ulong>((DataField)schema.Fields[^1], rows.Select(job.Store.IdOf).ToArray())
                        .ConfigureAwait(false);
                foreach (long _ in rows)
                    job.CountRow();
            }
        }
    }

    private static async Task WriteAsync(ExportJob job, ParquetRowGroupWriter group, Field field, StoreColumn column, long[] rows)
    {
        switch (column.Kind)
        {
            case ColumnKind.Image:
                var image = (StructField)field;
                await group.WriteAsync(
                    (DataField)image.Fields[0], Array.ConvertAll(rows, row => job.ImageFile(column, row).File))
                        .ConfigureAwait(false);
                await group.WriteAsync((DataField)image.Fields[1], Array.ConvertAll(rows, _ => string.Empty))
                    .ConfigureAwait(false);
                break;
            case ColumnKind.Bytes:
                await group.WriteAsync((DataField)field, Array.ConvertAll(rows, row => job.Store.Value(column, row)))
                    .ConfigureAwait(false);
                break;
            case ColumnKind.Utf8 or ColumnKind.Json:
                await group.WriteAsync(
                    (DataField)field, Array.ConvertAll(rows, row => Encoding.UTF8.GetString(job.Store.Value(column, row))))
                        .ConfigureAwait(false);
                break;
            default:
                byte[] numbers = [.. rows.SelectMany(row => job.Store.Value(column, row))];
                Task written = column.Type switch
                {
                    ElementType.U8 => Numbers<byte>(group, field, column, numbers),
                    ElementType.I32 => Numbers<int>(group, field, column, numbers),
                    ElementType.I64 => Numbers<long>(group, field, column, numbers),
                    ElementType.F32 => Numbers<float>(group, field, column, numbers),
                    _ => Numbers<double>(group, field, column, numbers),
                };
                await written.ConfigureAwait(false);
                break;
        }
    }

    private static Task Numbers<T>(ParquetRowGroupWriter group, Field field, StoreColumn column, byte[] bytes)
        where T : struct
    {
        T[] values = MemoryMarshal.Cast<byte, T>(bytes).ToArray();
        if (field is not ListField { Item: DataField item })
            return group.WriteAsync<T>((DataField)field, values);
        int length = column.Shape.Aggregate(1, (product, size) => product * size);
        int[] defined = new int[values.Length], repeated = new int[values.Length];
        Array.Fill(defined, item.MaxDefinitionLevel);
        for (int i = 0; i < repeated.Length; i++)
            repeated[i] = i % length == 0 ? 0 : 1;
        return group.WriteAllPartsAsync<T>(item, values, defined, repeated, CancellationToken.None);
    }

    private static Field FieldOf(StoreColumn column) => column.Kind switch
    {
        ColumnKind.Image => new StructField(column.Name, new DataField<byte[]>("bytes"), new DataField<string>("path")),
        ColumnKind.Bytes => new DataField<byte[]>(column.Name),
        ColumnKind.Utf8 or ColumnKind.Json => new DataField<string>(column.Name),
        ColumnKind.Scalar => new DataField(column.Name, TypeOf(column), isNullable: false),
        _ => new ListField(column.Name, new DataField("element", TypeOf(column), isNullable: false)),
    };

    private static string? NoteOf(StoreColumn column) => column.Kind switch
    {
        ColumnKind.Json => ParquetColumn.JsonNote,
        ColumnKind.Tensor => string.Join('x', column.Shape.Select(size => size.ToString(CultureInfo.InvariantCulture))),
        _ => null,
    };

    private static Type TypeOf(StoreColumn column) => column.Type switch
    {
        ElementType.U8 => typeof(byte),
        ElementType.I32 => typeof(int),
        ElementType.I64 => typeof(long),
        ElementType.F32 => typeof(float),
        _ => typeof(double),
    };
}
