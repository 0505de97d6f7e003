using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>A Parquet file, read row group by row group.</summary>
internal sealed class ParquetTable : SourceTable
{
    /// <summary>What the metadata entry that notes a column's shape begins with.</summary>
    public const string ShapeKey = "tessar.shape.";

    private readonly string _path;
    private readonly double? _fill;
    private readonly FileStream _file;
    private readonly ParquetReader _reader;
    private readonly ParquetColumn[] _columns;
    private readonly StoreMarks _marks;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _names;

    private ParquetTable(string? split, string path, double? fill, FileStream file, ParquetReader reader, StoreMarks marks)
        : base(marks.Split ?? split)
    {
        (_path, _fill, _file, _reader, _marks) = (path, fill, file, reader, marks);
        Dictionary<string, string> metadata = reader.CustomMetadata ?? [];
        _names = FeatureNames.Read(path, metadata.GetValueOrDefault(FeatureNames.Key));
        Count = reader.RowGroups.Sum(group => group.RowCount);
        ParquetColumn?[] columns =
        [
            .. reader.Schema.Fields.Select(field => ParquetColumn.Of(
                field, path, item => LengthOfLists(reader, item, path), metadata.GetValueOrDefault(ShapeKey + field.Name))),
        ];
        _columns = [.. columns.OfType<ParquetColumn>()];
        Columns = [.. _columns.Select(column => column.Column)];
        Gaps = fill is null
            ? [.. _columns.Where(column => HasGaps(reader, column, path)).Select(column => column.Column.Name)]
            : [];
        Unread = [.. reader.Schema.Fields.Where((_, i) => columns[i] is null)
            .Select(field => new UnreadColumn(field.Name, ParquetColumn.Describe(field)))];
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

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileFormatException">It is damaged.</exception>
    public static ParquetTable Open(string path, string? split, double? fill)
    {
        ParquetGuard.CheckFooter(path);
        FileStream file = SourceFile.Open(path);
        try
        {
            return SourceFile.Guard(path, "a Parquet file", () =>
            {
                ParquetReader reader = Wait(ParquetReader.CreateAsync(file, leaveStreamOpen: true));
                for (int group = 0; group < reader.RowGroupCount; group++)
                    ParquetGuard.CheckRowGroup(path, reader.RowGroups[group].RowGroup, group);
                Dictionary<string, string> metadata = reader.CustomMetadata ?? [];
                return new ParquetTable(
                    split, path, fill, file, reader, StoreMarks.Read(path, key => metadata.GetValueOrDefault(key)));
            });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassesOf(string column) => _names.GetValueOrDefault(column) ?? Classes;

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        long first = 0;
        for (int group = 0; group < _reader.RowGroupCount; group++)
        {
            int rows = checked((int)_reader.RowGroups[group].RowCount);
            var cells = new Func<int, Cell>?[_columns.Length];
            for (int c = 0; c < cells.Length; c++)
                cells[c] = wanted[c] ? Read(group, _columns[c], rows, first) : null;
            for (int i = 0; i < rows; i++)
                yield return new SourceRow(
                    _path, null, $"row {first + i}", [.. cells.Select(column => column?.Invoke(i) ?? default)]);
            first += rows;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) =>
        [SourceFile.Describe(_path, cancellation)];

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
        base.Dispose();
    }

    private Func<int, Cell> Read(int group, ParquetColumn column, int rows, long first) =>
        SourceFile.Guard(_path, $"values of `{column.Column.Name}` from row {first}", () =>
    {
        using ParquetRowGroupReader reader = _reader.OpenRowGroupReader(group);
        using RawColumnData data = Wait(reader.ReadRawColumnDataBaseAsync(column.Field, CancellationToken.None).AsTask());
        return column.Cells(data, rows, _fill, (_path, first));
    });

    /// <summary>True when values are missing, by the file's own statistics, or else by looking.</summary>
    private static bool HasGaps(ParquetReader reader, ParquetColumn column, string path)
    {
        if (column.Field.MaxDefinitionLevel == 0 || column.Column.Kind == CellKind.Image)
            return false;
        int place = Array.FindIndex(reader.Schema.GetDataFields(), field => ReferenceEquals(field, column.Field));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            if (place >= 0
                && reader.RowGroups[group].RowGroup.Columns.ElementAtOrDefault(place)?.MetaData?.Statistics
                ?.NullCount is { } missing)
            {
                if (missing > 0)
                    return true;
                continue;
            }

            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            using RawColumnData data = SourceFile.Guard(
                path, $"values of `{column.Column.Name}`",
                () => Wait(rows.ReadRawColumnDataBaseAsync(column.Field, CancellationToken.None).AsTask()));
            if (data.DefinitionLevels.IndexOfAnyExcept(column.Field.MaxDefinitionLevel) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Numbers in the list of each row; 0 when the rows differ, or one is empty; 1 without rows.</summary>
    private static int LengthOfLists(ParquetReader reader, DataField field, string path)
    {
        int length = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            if (rows.RowCount == 0)
                continue;
            using RawColumnData data = SourceFile.Guard(
                path, $"values of `{field.Path}`",
                () => Wait(rows.ReadRawColumnDataBaseAsync(field, CancellationToken.None).AsTask()));
            Span<int> levels = data.RepetitionLevels;
            int next = levels.Length > 1 ? levels[1..].IndexOf(0) : -1, own = next < 0 ? levels.Length : next + 1;
            length = length == 0 ? own : length;
            if (own == 0 || own != length || levels.Length != (long)own * rows.RowCount)
                return 0;
            for (int i = 0; i < levels.Length; i++)
            {
                // A level below the items' own stands for a list that is empty or missing.
                bool isItem = field.MaxDefinitionLevel == 0
                    || data.DefinitionLevels[i] >= field.MaxDefinitionLevel - (field.IsNullable ? 1 : 0);
                if (!isItem || (levels[i] == 0) != (i % own == 0))
                    return 0;
            }
        }

        return length == 0 ? 1 : length;
    }

    /// <summary>The library offers asynchronous reading only; the stream below is a file, so nothing waits.</summary>
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
