namespace Tessar.Examples.Storage;

/// <summary>Joins the statistics of a column over several files.</summary>
internal static class JoinedStatistics
{
    /// <summary>A column of a store in segments: what all have in common, and their statistics together.</summary>
    /// <param name="parts">The column in each segment.</param>
    /// <param name="segments">The segments' manifests.</param>
    /// <param name="splits">The splits of the whole.</param>
    public static StoreColumn Of(
        IReadOnlyList<StoreColumn> parts, IReadOnlyList<StoreManifest> segments, IReadOnlyList<StoreSplit> splits)
    {
        (StoreColumn Column, long Rows)[] filled =
            [.. parts.Zip(segments, (column, segment) => (column, segment.Count)).Where(part => part.Count > 0)];
        bool isMixed = filled.Select(part => part.Column.Statistics!.Mean.Count).Distinct().Count() > 1;
        IReadOnlyList<int> shape = filled.Length > 0 ? filled[0].Column.Shape : parts[0].Shape;
        var bySplit = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal);
        foreach (StoreSplit split in splits)
        {
            bySplit.Add(
                split.Name,
                Join(
                    parts.Zip(
                        segments, (column, segment) => segment.Splits.FirstOrDefault(part => part.Name == split.Name) is { } part
                ? (column.SplitStatistics[part.Name], ValuesPerRow(column) * part.Count)
                : (Nothing(column), 0)), isMixed));
        }

        return parts[0] with
        {
            Shape = Array.TrueForAll(filled, part => part.Column.Shape.SequenceEqual(shape)) ? shape : [],
            Offset = 0,
            Metadata = null,
            Blob = null,
            Statistics = Join(
                parts.Zip(segments, (column, segment) => (column.Statistics!, ValuesPerRow(column) * segment.Count)), isMixed),
            SplitStatistics = bySplit,
        };
    }

    /// <summary>
    /// With n values of mean m and deviation s in each part: mean M = Σ n m / N, variance Σ n (s² + (m − M)²) / N (Chan, Golub
    /// and LeVeque 1983).
    /// </summary>
    private static ColumnStatistics Join(IEnumerable<(ColumnStatistics Of, long Values)> parts, bool isMixed)
    {
        (ColumnStatistics Of, long Values)[] all = [.. parts];
        (ColumnStatistics Of, double Values)[] filled =
            [.. all.Select(part => (part.Of, (double)(part.Of.Values ?? part.Values))).Where(part => part.Item2 > 0)];
        int channels = filled.Length == 0 ? 0 : isMixed ? 3 : filled[0].Of.Mean.Count;
        double total = filled.Sum(part => part.Values);
        double[] mean = Each(channel => filled.Sum(part => part.Values * Channel(part.Of.Mean, channel)) / total);
        return new ColumnStatistics
        {
            Min = Each(channel => filled.Min(part => Channel(part.Of.Min, channel))),
            Max = Each(channel => filled.Max(part => Channel(part.Of.Max, channel))),
            Mean = mean,
            Std = Each(channel => Math.Sqrt(filled.Sum(part => part.Values
                * (Math.Pow(Channel(part.Of.Std, channel), 2) + Math.Pow(Channel(part.Of.Mean, channel) - mean[channel], 2)))
                / total)),
            ClassCounts = all[0].Of.ClassCounts is { } classes
                ? [.. classes.Select((_, label) => all.Sum(part => part.Of.ClassCounts![label]))]
                : null,
            Values = all[0].Of.Values is null ? null : all.Sum(part => part.Of.Values),
        };

        double[] Each(Func<int, double> of) => [.. Enumerable.Range(0, channels).Select(of)];

        // Grey beside colour counts as red = green = blue.
        double Channel(IReadOnlyList<double> list, int channel) => list[list.Count >= 3 || !isMixed ? channel : 0];
    }

    private static long ValuesPerRow(StoreColumn column) =>
        column.Shape.Aggregate(1L, (product, dimension) => product * dimension) / (column.ImageShape?.Channels ?? 1);

    private static ColumnStatistics Nothing(StoreColumn column) => new()
    {
        Min = [],
        Max = [],
        Mean = [],
        Std = [],
        ClassCounts = column.Statistics!.ClassCounts is { } classes ? new long[classes.Count] : null,
        Values = column.Statistics.Values is null ? null : 0,
    };
}
