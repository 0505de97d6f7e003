namespace Tessar.Examples.Importers.Columns;

/// <summary>A table of which only some columns are taken.</summary>
/// <param name="table">The whole table; whoever opened it closes it.</param>
/// <param name="kept">The columns to take, by their number there.</param>
internal sealed class NarrowedTable(SourceTable table, IReadOnlyList<int> kept) : SourceTable(table.Split)
{
    /// <inheritdoc/>
    public override string Name => table.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; } = [.. kept.Select(i => table.Columns[i])];

    /// <inheritdoc/>
    public override IReadOnlyList<UnreadColumn> Unread => table.Unread;

    /// <inheritdoc/>
    public override long Count => table.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => table.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassesOf(string column) => table.ClassesOf(column);

    /// <inheritdoc/>
    public override IReadOnlyList<string> DefaultClasses(int largest) => table.DefaultClasses(largest);

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) => table.Files(cancellation);

    /// <inheritdoc/>
    public override (string Path, long? Offset) PlaceOf(SourceRow row, long index, int column) =>
        table.PlaceOf(row, index, kept[column]);

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        bool[] all = new bool[table.Columns.Count];
        for (int i = 0; i < kept.Count; i++)
            all[kept[i]] = wanted[i];
        foreach (SourceRow row in table.Rows(all))
            yield return row with { Cells = [.. kept.Select(i => row.Cells[i])] };
    }
}
