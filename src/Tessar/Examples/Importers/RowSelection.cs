using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>The rows of one split that are imported: the first ones that aren't left out.</summary>
/// <param name="split">Name of the split.</param>
/// <param name="table">The rows to choose from.</param>
/// <param name="first">Rows to pass over before the first.</param>
/// <param name="limit">Most rows to take.</param>
/// <param name="end">The row after the last that may be taken, whatever is left out before it: another split's first.</param>
internal sealed class RowSelection(string split, SourceTable table, long first, long limit, long end = long.MaxValue)
{
    /// <summary>Name of the split.</summary>
    public string Split { get; } = split;

    /// <summary>Where the rows come from.</summary>
    public SourceTable Table { get; } = table;

    /// <summary>Rows that are left out, by their number in the table, with their name.</summary>
    public SortedDictionary<long, string> Skipped { get; } = [];

    /// <summary>Rows with a picture of several frames, of which the first is taken.</summary>
    public long Animated { get; set; }

    /// <summary>Rows that are taken; negative until they have been counted.</summary>
    public long Count { get; set; } = table.Count < 0 ? -1 : Math.Min(
        limit, Math.Max(0, Math.Min(table.Count, end) - first));

    /// <summary>Rows to pass over before the first.</summary>
    public long First { get; } = first;

    /// <summary>Most rows to take.</summary>
    public long Limit { get; } = limit;

    /// <summary>The row after the last that may be taken.</summary>
    public long End { get; } = end;

    /// <summary>The rows with their numbers in the table.</summary>
    public IEnumerable<(long Index, SourceRow Row)> Rows(IReadOnlyList<bool> wanted)
    {
        long index = First - 1, taken = 0;
        if (Limit == 0 || Count == 0)
            yield break;
        foreach (SourceRow row in Table.RowsFrom(First, wanted))
        {
            if (++index == End)
                yield break;
            if (Skipped.ContainsKey(index))
                continue;
            yield return (index, row);
            if (++taken == (Count < 0 ? Limit : Count))
                yield break;
        }
    }
}
