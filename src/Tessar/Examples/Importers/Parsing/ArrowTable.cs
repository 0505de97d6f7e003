using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>An Arrow IPC stream or file, read batch by batch; a file's batches are found by its footer.</summary>
internal sealed class ArrowTable : SourceTable
{
    private readonly string _path;
    private readonly double? _fill;
    private readonly bool _isFile;
    private readonly ArrowColumn[] _columns;
    private readonly StoreMarks _marks;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _names;

    private ArrowTable(string? split, string path, double? fill, bool isFile, Survey survey)
        : base(split)
    {
        (Schema schema, int[] lengths, bool[] gaps, long count) = survey;
        (_path, _fill, _isFile, Count) = (path, fill, isFile, count);
        ArrowColumn?[] columns = [.. schema.FieldsList.Select((field, i) => ArrowColumn.Of(field, i, lengths[i]))];
        _columns = [.. columns.OfType<ArrowColumn>()];
        Columns = [.. _columns.Select(column => column.Column)];
        Unread = [.. schema.FieldsList.Where((_, i) => columns[i] is null)
            .Select(field => new UnreadColumn(field.Name, ArrowTypes.Describe(field.DataType)))];
        Gaps = fill is null ? [.. _columns.Where(column => gaps[column.Field]).Select(column => column.Column.Name)] : [];
        _marks = Marks(schema, path);
        _names = FeatureNames.Read(path, Find(schema, FeatureNames.Key));
    }

    /// <inheritdoc/>
    public override string Name => _path;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<UnreadColumn> Unread { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Gaps { get; }

    /// <inheritdoc/>
    public override long Count { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => _marks.Classes;

    /// <summary>Opens a file and counts its rows.</summary>
    /// <exception cref="FileFormatException">It is damaged or compressed.</exception>
    public static ArrowTable Open(string path, string? split, double? fill)
    {
        bool isFile = ArrowWalk.Check(path);
        long count = 0;
        Schema? schema = null;
        int[] lengths = [];
        bool[] gaps = [];
        foreach (RecordBatch batch in Batches(path, isFile, Take))
        {
            count += batch.Length >= 0
                ? batch.Length
                : throw SourceFile.Refuse(path, null, "0 rows or more in a batch", $"{batch.Length}");
            for (int i = 0; i < lengths.Length && batch.Length > 0; i++)
            {
                gaps[i] |= HasGaps(batch, i, path);
                if (ArrowTypes.ListOf(schema!.FieldsList[i].DataType) is null)
                    continue;
                int column = i, found = SourceFile.Guard(
                    path, $"lists of `{schema.FieldsList[i].Name}`",
                    () => ArrowColumn.LengthOfLists(batch.Column(column).Data, batch.Length));
                lengths[i] = lengths[i] == 0 || lengths[i] == found ? found : -1;
            }
        }

        return new ArrowTable(Marks(schema!, path).Split ?? split, path, fill, isFile, new Survey(schema!, lengths, gaps, count));

        void Take(Schema found) =>
            (schema, lengths, gaps) = (found, new int[found.FieldsList.Count], new bool[found.FieldsList.Count]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassesOf(string column) => _names.GetValueOrDefault(column) ?? Classes;

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        long first = 0;
        foreach (RecordBatch batch in Batches(_path, _isFile, _ => { }))
        {
            int rows = batch.Length;
            var cells = new Func<int, Cell>?[_columns.Length];
            for (int c = 0; c < cells.Length; c++)
                cells[c] = wanted[c] ? CellsOf(batch, _columns[c], first) : null;
            for (int i = 0; i < rows; i++)
                yield return new SourceRow(
                    _path, null, $"row {first + i}", [.. cells.Select(column => column?.Invoke(i) ?? default)]);
            first += rows;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) =>
        [SourceFile.Describe(_path, cancellation)];

    private Func<int, Cell> CellsOf(RecordBatch batch, ArrowColumn column, long first) => SourceFile.Guard(
        _path, $"values of `{column.Column.Name}` from row {first}",
        () => column.Cells(batch.Column(column.Field).Data, batch.Length, _fill, (_path, first)));

    /// <summary>Looked for in the bits, for the count of missing values is only what the file says.</summary>
    private static bool HasGaps(RecordBatch batch, int column, string path) =>
        SourceFile.Guard(path, $"column {column} of a record batch", () =>
    {
        ArrayData data = batch.Column(column).Data;
        return Enumerable.Range(0, batch.Length).Any(ArrowBits.Missing(data, data.Offset));
    });

    private static StoreMarks Marks(Schema schema, string path) => StoreMarks.Read(path, key => Find(schema, key));

    private static string? Find(Schema schema, string key) => schema.HasMetadata ? schema.Metadata.GetValueOrDefault(key) : null;

    /// <summary>The batches, each disposed when the next is asked for.</summary>
    private static IEnumerable<RecordBatch> Batches(string path, bool isFile, Action<Schema> schema)
    {
        using FileStream file = SourceFile.Open(path);
        using ArrowStreamReader reader = isFile
            ? new ArrowFileReader(file, leaveOpen: true)
            : new ArrowStreamReader(file, leaveOpen: true);
        schema(SourceFile.Guard(path, "the schema of an Arrow table", () => reader.Schema));
        while (SourceFile.Guard(path, "a record batch that isn't compressed", reader.ReadNextRecordBatch) is { } batch)
        {
            using (batch)
                yield return batch;
        }
    }

    // What a first walk through the batches found: by field, the length of its lists and whether values are missing.
    private sealed record Survey(Schema Schema, int[] Lengths, bool[] Gaps, long Count);
}
