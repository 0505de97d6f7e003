using Tessar.Examples.Images;

namespace Tessar.Examples.Storage;

/// <summary>Some successive rows of one split on their way into the file; the unit of work of a writer's workers.</summary>
internal sealed class RowChunk(IReadOnlyList<StoreColumn> columns, int classes)
{
    /// <summary>The rows' values by column.</summary>
    public ColumnPart[] Parts { get; } = [.. columns.Select(column => new ColumnPart(column, classes))];

    /// <summary>The rows' ids, when rows have ids.</summary>
    public List<ulong> Ids { get; } = [];

    /// <summary>The first row.</summary>
    public long First { get; private set; }

    /// <summary>Number of the split that the rows belong to.</summary>
    public int Split { get; private set; }

    /// <summary>Rows.</summary>
    public int Count { get; set; }

    /// <summary>Bytes that the rows' values take before they are encoded.</summary>
    public long Size { get; private set; }

    /// <summary>Takes the value of one column in the row that comes.</summary>
    public void Add(int column, ReadOnlySpan<byte> value, ImageRow? image)
    {
        Parts[column].Add(value, image);
        Size += value.Length + (2 * sizeof(long));
    }

    /// <summary>Empties the chunk for rows from <paramref name="first"/> on.</summary>
    public void Start(long first, int split)
    {
        (First, Split, Count, Size) = (first, split, 0, 0);
        Ids.Clear();
        foreach (ColumnPart part in Parts)
            part.Clear();
    }

    /// <summary>Counts and compresses; runs on any one thread.</summary>
    /// <exception cref="ArgumentException">An image can't be decoded.</exception>
    public void Encode()
    {
        foreach (ColumnPart part in Parts)
            part.Encode(First);
    }
}
