using System.Globalization;

namespace Tessar.Examples;

/// <summary>Some successive examples of one split, perhaps with labels overlaid: what a model is trained or asked on.</summary>
/// <remarks>It refers to its store and doesn't own it.</remarks>
/// <example><code>
/// using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
/// var train = ExampleSet.Parse(store, "train:0-1999");
/// Console.WriteLine($"{train.Count} examples, the first is a {store.ClassNames[train.Label(0)]}");
/// </code></example>
public sealed class ExampleSet
{
    private readonly long _firstRow;
    private readonly int[]? _selected;

    /// <summary>Takes a range of a split.</summary>
    /// <param name="store">The store.</param>
    /// <param name="split">Name of a split.</param>
    /// <param name="first">First example within the split, ≥ 0.</param>
    /// <param name="count">Examples, ≥ 1, within the split.</param>
    /// <param name="labels">Labels to put over the stored ones, made for this store; null for none.</param>
    /// <exception cref="ArgumentException">
    /// There is no such split, it is too short, or the overlay belongs to another store.
    /// </exception>
    public ExampleSet(ExampleStore store, string split, int first, int count, LabelOverlay? labels = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoreSplit found = store.Split(split);
        if (first < 0 || count < 1 || (long)first + count > found.Count)
        {
            string holds = found.Count == 0 ? "is empty" : $"has examples 0 to {found.Count - 1}";
            throw new ArgumentOutOfRangeException(
                nameof(count),
                $"`{split}:{first}-{(long)first + count - 1}` isn't a range of {store.Path}: the split `{split}` {holds}.")
                    .ForUser();
        }

        labels?.CheckStore(store);
        (Store, Split, First, Count, Labels) = (store, split, first, count, labels);
        _firstRow = found.First + first;
    }

    private ExampleSet(ExampleSet range, int[] selected)
    {
        (Store, Split, First, Count, Labels) = (range.Store, range.Split, range.First, selected.Length, range.Labels);
        (_firstRow, _selected) = (range._firstRow, selected);
    }

    /// <summary>The store that holds the examples.</summary>
    public ExampleStore Store { get; }

    /// <summary>Name of the split.</summary>
    public string Split { get; }

    /// <summary>First example within the split.</summary>
    public int First { get; }

    /// <summary>Examples.</summary>
    public int Count { get; }

    /// <summary>Labels put over the stored ones, or null.</summary>
    public LabelOverlay? Labels { get; }

    /// <summary>Reads a range as the command line writes it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range"><c>train</c> (all of it), <c>train:7</c>, or <c>train:0-1999</c> (both ends included).</param>
    /// <param name="labels">Labels to put over the stored ones; null for none.</param>
    /// <exception cref="ArgumentException">It isn't of that form, or not within the store.</exception>
    public static ExampleSet Parse(ExampleStore store, string range, LabelOverlay? labels = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(range);
        int colon = range.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            long count = store.Split(range).Count;
            if (count > int.MaxValue)
            {
                throw new ArgumentException(
                    $"`{range}` has {count} examples, more than one set can hold. Take a range: `{range}:0-999999`.",
                    nameof(range)).ForUser();
            }

            return new ExampleSet(store, range, 0, (int)count, labels);
        }

        string[] ends = range[(colon + 1)..].Split('-');
        if (ends.Length > 2 || !TryParse(ends[0], out int first) || !TryParse(ends[^1], out int last) || last < first)
        {
            throw new ArgumentException(
                $"`{range}` isn't a range. Write `train`, `train:7` or `train:0-1999` (both ends included).", nameof(range))
                    .ForUser();
        }

        return new ExampleSet(store, range[..colon], first, last - first + 1, labels);
    }

    /// <summary>
    /// Some of these examples, such as those of a mask: example i of the result is example indices[i] of this set.
    /// </summary>
    /// <param name="indices">Each in [0, <see cref="Count"/>), ascending; at least one.</param>
    /// <returns>A set that isn't a range any more; only training takes such sets.</returns>
    /// <exception cref="ArgumentException">
    /// No index, one outside of the set, or one that isn't above the one before it.
    /// </exception>
    internal ExampleSet Select(ReadOnlySpan<int> indices)
    {
        int[] selected = new int[indices.Length];
        for (int i = 0; i < selected.Length; i++)
        {
            if ((uint)indices[i] >= (uint)Count || (i > 0 && indices[i] <= indices[i - 1]))
                throw new ArgumentException(
                    $"Index {i} of the selection from {this} is {indices[i]}; ascending indices from 0 to {Count - 1} are "
                        + $"required.", nameof(indices));
            selected[i] = _selected is null ? indices[i] : _selected[indices[i]];
        }

        return selected.Length > 0
            ? new ExampleSet(this, selected)
            : throw new ArgumentException($"The selection from {this} is empty.", nameof(indices));
    }

    /// <summary>The set in batches, in order; the last may be smaller.</summary>
    /// <param name="size">Examples per batch, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    internal ExampleBatches Batches(int size) => new(0, Count, size);

    /// <summary>A part of the set in batches, cut from its own beginning on.</summary>
    /// <param name="first">First example of the part, in [0, <see cref="Count"/>].</param>
    /// <param name="count">Examples of the part; none gives no batch.</param>
    /// <param name="size">Examples per batch, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part isn't in the set, or the size is below 1.</exception>
    internal ExampleBatches Batches(int first, int count, int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + count, Count, nameof(count));
        return new ExampleBatches(first, count, size);
    }

    /// <summary>Row in the store of an example of this set.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    public long Row(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"{this} has examples 0 to {Count - 1}.");
        return _firstRow + (_selected is null ? index : _selected[index]);
    }

    /// <summary>Label of an example, overlaid if <see cref="Labels"/> has another.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    /// <returns>A class, in [0, number of classes).</returns>
    /// <exception cref="FileFormatException">The store holds a label that isn't a class.</exception>
    public int Label(int index)
    {
        long row = Row(index);
        return Labels is not null && Labels.Edits.TryGetValue(row, out int label) ? label : Store.StoredLabel(row);
    }

    /// <summary>Label of an example as the store has it.</summary>
    /// <inheritdoc cref="Label"/>
    public int StoredLabel(int index) => Store.StoredLabel(Row(index));

    /// <summary>Picture of an example, without copying; valid until the store is disposed. For stores of raw pixels.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    /// <returns>[height, width, channels] bytes.</returns>
    /// <exception cref="InvalidOperationException">
    /// The pictures are encoded or compressed: use <see cref="ReadImage"/>.
    /// </exception>
    public ReadOnlySpan<byte> Image(int index) => Store.HasRawImages || !Store.ImageColumn.IsRagged
        ? Store.Row(Store.ImageColumn, Row(index))
        : throw new InvalidOperationException(
            $"The pictures of {Store.Path} aren't raw pixels of one size. Read them with {nameof(ReadImage)}.");

    /// <summary>Decodes the picture of an example into the size and channels wanted, however it is stored.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    /// <param name="target">Size and channels. First channels are converted (grey = 0.299 red + 0.587 green + 0.114 blue), then
    /// the size: area average along an axis that shrinks, bilinear with half-pixel centres along one that grows.</param>
    /// <param name="pixels">[height, width, channels] bytes of the target; overwritten.</param>
    /// <remarks>Safe from several threads.</remarks>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> isn't as long as the target.</exception>
    /// <exception cref="FileFormatException">There is no column <c>image</c>, or the picture is damaged.</exception>
    public void ReadImage(int index, ImageShape target, Span<byte> pixels) => Store.ReadImage(Row(index), target, pixels);

    /// <summary>The range as <see cref="Parse"/> reads it: <c>train:0-1999</c>.</summary>
    /// <returns>Split, first and last example.</returns>
    public override string ToString() => _selected is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Split}:{First}-{First + Count - 1}")
        : string.Create(CultureInfo.InvariantCulture, $"{Count} examples of {Split}");

    private static bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < int.MaxValue;
}
