using Apache.Arrow;
using Apache.Arrow.Ipc;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>An Arrow IPC stream or file, read batch by batch.</summary>
internal sealed class ArrowTable : SourceTable
{
    private readonly string _path;
    private readonly double? _fill;
    private readonly long _start;
    private readonly ArrowColumn[] _columns;
    private readonly StoreMarks _marks;

    private ArrowTable(string? split, string path, double? fill, long start, Schema schema, StoreMarks marks, long count)
        : base(marks.Split ?? split)
    {
        (_path, _fill, _start, _marks, Count) = (path, fill, start, marks, count);
        _columns = [.. schema.FieldsList.Select(field => ArrowColumn.Of(field, path))];
        Columns = [.. _columns.Select(column => column.Column)];
    }

    /// <inheritdoc/>
    public override string Name => _path;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; }

    /// <inheritdoc/>
    public override long Count { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => _marks.Classes;

    /// <summary>Opens a file and counts its rows.</summary>
    /// <exception cref="FileFormatException">It is damaged, compressed, or a column is of a kind that isn't read.</exception>
    public static ArrowTable Open(string path, string? split, double? fill)
    {
        long start = ArrowWalk.Check(path), count = 0;
        Schema? schema = null;
        foreach (RecordBatch batch in Batches(path, start, found => schema = found))
            count += batch.Length >= 0 ? batch.Length : throw SourceFile.Refuse(path, null, "0 rows or more in a batch", $"{batch.Length}");
        IReadOnlyDictionary<string, string>? metadata = schema!.HasMetadata ? schema.Metadata : null;
        return new ArrowTable(split, path, fill, start, schema, StoreMarks.Read(path, key => metadata?.GetValueOrDefault(key)), count);
    }

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        long first = 0;
        foreach (RecordBatch batch in Batches(_path, _start, _ => { }))
        {
            int rows = batch.Length;
            var cells = new Func<int, Cell>?[_columns.Length];
            for (int c = 0; c < cells.Length; c++)
                cells[c] = wanted[c] ? CellsOf(batch, c, first) : null;
            for (int i = 0; i < rows; i++)
                yield return new SourceRow(_path, null, $"row {first + i}", [.. cells.Select(column => column?.Invoke(i) ?? default)]);
            first += rows;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) => [SourceFile.Describe(_path, cancellation)];

    private Func<int, Cell> CellsOf(RecordBatch batch, int column, long first) => SourceFile.Guard(
        _path, $"values of `{_columns[column].Column.Name}`", () => _columns[column].Cells(batch.Column(column).Data, batch.Length, _fill, (_path, first)));

    /// <summary>The batches, each disposed when the next is asked for.</summary>
    private static IEnumerable<RecordBatch> Batches(string path, long start, Action<Schema> schema)
    {
        using FileStream file = SourceFile.Open(path);
        file.Position = start;
        using var reader = new ArrowStreamReader(file, leaveOpen: true);
        schema(SourceFile.Guard(path, "the schema of an Arrow table", () => reader.Schema));
        while (SourceFile.Guard(path, "a record batch that isn't compressed", reader.ReadNextRecordBatch) is { } batch)
        {
            using (batch)
                yield return batch;
        }
    }
}
