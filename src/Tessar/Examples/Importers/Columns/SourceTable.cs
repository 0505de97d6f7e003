using System.Globalization;

namespace Tessar.Examples.Importers.Columns;

/// <summary>The rows of one split of a source. They can be read several times, from front to end.</summary>
/// <param name="split">Name of the split; null when the source names none.</param>
internal abstract class SourceTable(string? split) : IDisposable
{
    /// <summary>Name of the split; null when the source names none.</summary>
    public string? Split { get; } = split;

    /// <summary>What to call it in an error: its file.</summary>
    public abstract string Name { get; }

    /// <summary>The columns.</summary>
    public abstract IReadOnlyList<SourceColumn> Columns { get; }

    /// <summary>Columns that it has besides, and that can't be stored.</summary>
    public virtual IReadOnlyList<UnreadColumn> Unread => [];

    /// <summary>Names of columns in which values are missing that nobody said how to fill.</summary>
    public virtual IReadOnlyList<string> Gaps => [];

    /// <summary>Number of rows; negative when only reading tells.</summary>
    public abstract long Count { get; }

    /// <summary>Names of the classes of the label column, if the source knows them.</summary>
    public virtual IReadOnlyList<string>? Classes => null;

    /// <summary>Names of the classes in one column, if the source knows them.</summary>
    /// <param name="column">The column's name.</param>
    public virtual IReadOnlyList<string>? ClassesOf(string column) => Classes;

    /// <summary>The rows, read as they are asked for.</summary>
    /// <param name="wanted">True for each column whose cells are needed.</param>
    /// <exception cref="FileFormatException">The source is damaged.</exception>
    public abstract IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted);

    /// <summary>The rows without the first ones.</summary>
    /// <param name="first">How many to pass over.</param>
    /// <param name="wanted">As for <see cref="Rows"/>.</param>
    public virtual IEnumerable<SourceRow> RowsFrom(long first, IReadOnlyList<bool> wanted)
    {
        long passed = 0;
        foreach (SourceRow row in Rows(wanted))
        {
            if (passed++ >= first)
                yield return row;
        }
    }

    /// <summary>The files it is made from, with digests of their content.</summary>
    public abstract IReadOnlyList<StoreSource> Files(CancellationToken cancellation);

    /// <summary>Names for labels from 0 to the largest, when nobody else names them.</summary>
    public virtual IReadOnlyList<string> DefaultClasses(int largest) =>
        [.. Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];

    /// <summary>File and byte of a row's cell, as well as they are known.</summary>
    public virtual (string Path, long? Offset) PlaceOf(SourceRow row, long index, int column) => (row.Path, row.Offset);

    /// <summary>Closes the files.</summary>
    public virtual void Dispose()
    {
    }
}
