namespace Tessar.Examples.Storage;

/// <summary>Counts every column of every split while a store is written.</summary>
internal sealed class StoreStatistics
{
    private readonly StoreLayout _layout;

    /// <summary>By split, then by column.</summary>
    private readonly ColumnAccumulator[][] _counts;

    public StoreStatistics(StoreLayout layout)
    {
        _layout = layout;
        _counts = [.. layout.Splits.Select(_ => layout.Columns.Select(NewCount).ToArray())];
    }

    public ColumnAccumulator Of(int split, int column) => _counts[split][column];

    /// <summary>A column with its statistics, and with the size that all its images turned out to have.</summary>
    public StoreColumn Describe(StoreColumn column, int index)
    {
        ColumnAccumulator whole = NewCount(column);
        foreach (ColumnAccumulator[] split in _counts)
            whole.Join(split[index]);
        var bySplit = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal);
        for (int split = 0; split < _counts.Length; split++)
        {
            if (_counts[split][index] is ImageAccumulator images)
                images.MixLike((ImageAccumulator)whole);
            bySplit.Add(_layout.Splits[split].Name, _counts[split][index].ToStatistics());
        }

        ImageShape? common = (whole as ImageAccumulator)?.CommonShape;
        return column with
        {
            Shape = common is { } shape ? [shape.Height, shape.Width, shape.Channels] : column.Shape,
            Statistics = whole.ToStatistics(),
            SplitStatistics = bySplit,
        };
    }

    private ColumnAccumulator NewCount(StoreColumn column) => ColumnAccumulator.For(column, _layout.Classes.Count);
}
