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

    private ParquetTable(string? split, string path, double? fill, FileStream file, ParquetReader reader, StoreMarks marks, ParquetColumn[] columns)
        : base(marks.Split ?? split)
    {
        (_path, _fill, _file, _reader, _marks, _columns) = (path, fill, file, reader, marks, columns);
        Count = reader.RowGroups.Sum(group => group.RowCount);
        Columns = [.. columns.Select(column => column.Column)];
    }

    /// <inheritdoc/>
    public override string Name => _path;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; }

    /// <inheritdoc/>
    public override long Count { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => _marks.Classes;

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileFormatException">It is damaged, or a column is of a kind that isn't read.</exception>
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
                ParquetColumn[] columns =
                [
                    .. reader.Schema.Fields.Select(field => ParquetColumn.Of(
                        field, path, data => LengthOfFirst(reader, data, path), metadata.GetValueOrDefault(ShapeKey + field.Name))),
                ];
                return new ParquetTable(split, path, fill, file, reader, StoreMarks.Read(path, key => metadata.GetValueOrDefault(key)), columns);
            });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

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
                yield return new SourceRow(_path, null, $"row {first + i}", [.. cells.Select(column => column?.Invoke(i) ?? default)]);
            first += rows;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) => [SourceFile.Describe(_path, cancellation)];

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
        base.Dispose();
    }

    private Func<int, Cell> Read(int group, ParquetColumn column, int rows, long first) => SourceFile.Guard(_path, $"values of `{column.Column.Name}`", () =>
    {
        using ParquetRowGroupReader reader = _reader.OpenRowGroupReader(group);
        using RawColumnData data = Wait(reader.ReadRawColumnDataBaseAsync(column.Field, CancellationToken.None).AsTask());
        return column.Cells(data, rows, _fill, (_path, first));
    });

    /// <summary>Numbers in the first row's list; 1 without rows.</summary>
    private static int LengthOfFirst(ParquetReader reader, DataField field, string path)
    {
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            if (rows.RowCount == 0)
                continue;
            using RawColumnData data = Wait(rows.ReadRawColumnDataBaseAsync(field, CancellationToken.None).AsTask());
            Span<int> levels = data.RepetitionLevels;
            int next = levels.Length > 1 ? levels[1..].IndexOf(0) : -1;
            bool isEmpty = levels.Length == 0 || (field.MaxDefinitionLevel > 0 && data.DefinitionLevels[0] < field.MaxDefinitionLevel - (field.IsNullable ? 1 : 0));
            return isEmpty
                ? throw SourceFile.Refuse(path, null, $"at least one number in the first row of `{field.Path}`", "none")
                : next < 0 ? levels.Length : next + 1;
        }

        return 1;
    }

    /// <summary>The library offers asynchronous reading only; the stream below is a file, so nothing waits.</summary>
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
