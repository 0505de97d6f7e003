using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Tables of one split, one after the other.</summary>
internal sealed class JoinedTable : SourceTable
{
    private readonly IReadOnlyList<SourceTable> _tables;

    /// <exception cref="FileFormatException">Their columns differ.</exception>
    public JoinedTable(string split, IReadOnlyList<SourceTable> tables)
        : base(split) => _tables = tables;

    /// <inheritdoc/>
    public override string Name => _tables[0].Name;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns => _tables[0].Columns;

    /// <inheritdoc/>
    public override long Count => _tables.Any(table => table.Count < 0) ? -1 : _tables.Sum(table => table.Count);

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => _tables[0].Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassesOf(string column) => _tables[0].ClassesOf(column);

    /// <summary>Says that two tables can't be one, because their columns differ.</summary>
    public static void CheckColumns(IReadOnlyList<SourceTable> tables)
    {
        foreach (SourceTable table in tables)
        {
            IReadOnlyList<SourceColumn> expected = tables[0].Columns, found = table.Columns;
            if (expected.Count != found.Count || expected.Where((column, i) => !column.Fits(found[i])).Any())
            {
                throw SourceFile.Refuse(
                    table.Name, null, $"the columns {string.Join(", ", expected)}, as in {tables[0].Name}",
                    string.Join(", ", found));
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted) => _tables.SelectMany(table => table.Rows(wanted));

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> RowsFrom(long first, IReadOnlyList<bool> wanted) =>
        _tables.Count == 1 ? _tables[0].RowsFrom(first, wanted) : base.RowsFrom(first, wanted);

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) =>
        [.. _tables.SelectMany(table => table.Files(cancellation))];

    /// <inheritdoc/>
    public override IReadOnlyList<string> DefaultClasses(int largest) => _tables[0].DefaultClasses(largest);

    /// <inheritdoc/>
    public override (string Path, long? Offset) PlaceOf(SourceRow row, long index, int column)
    {
        foreach (SourceTable table in _tables)
        {
            if (table.Count < 0)
                break;
            if (index < table.Count)
                return table.PlaceOf(row, index, column);
            index -= table.Count;
        }

        return (row.Path, row.Offset);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (SourceTable table in _tables)
            table.Dispose();
        base.Dispose();
    }
}
