using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>The rows of one split that are imported: the first ones that aren't left out.</summary>
/// <param name="split">Name of the split.</param>
/// <param name="table">The rows to choose from.</param>
/// <param name="first">Rows to pass over before the first.</param>
/// <param name="limit">Most rows to take.</param>
internal sealed class RowSelection(string split, SourceTable table, long first, long limit)
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
    public long Count { get; set; } = table.Count < 0 ? -1 : Math.Min(limit, Math.Max(0, table.Count - first));

    /// <summary>Rows to pass over before the first.</summary>
    public long First { get; } = first;

    /// <summary>Most rows to take.</summary>
    public long Limit { get; } = limit;

    /// <summary>The rows with their numbers in the table.</summary>
    public IEnumerable<(long Index, SourceRow Row)> Rows(IReadOnlyList<bool> wanted)
    {
        long index = -1, taken = 0;
        if (Limit == 0 || Count == 0)
            yield break;
        foreach (SourceRow row in Table.Rows(wanted))
        {
            index++;
            if (index < First || Skipped.ContainsKey(index))
                continue;
            yield return (index, row);
            if (++taken == (Count < 0 ? Limit : Count))
                yield break;
        }
    }
}
