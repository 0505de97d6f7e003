namespace Tessar.Examples;

/// <summary>Extremes and moments of a column, computed in double precision while the store was written.</summary>
/// <remarks>
/// One entry per channel for images, whose bytes count as 0 to 1 (byte / 255); one entry for everything else, in the column's
/// own unit. Of bytes, text and JSON it is the length in bytes that is counted. Images of grey and of colour in one column count
/// as red, green and blue. The lists are empty when there are no rows.
/// </remarks>
public sealed record ColumnStatistics
{
    /// <summary>Smallest value, per channel.</summary>
    public required IReadOnlyList<double> Min { get; init; }

    /// <summary>Largest value, per channel.</summary>
    public required IReadOnlyList<double> Max { get; init; }

    /// <summary>Mean, per channel.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Standard deviation of the population (divided by n, not n − 1), per channel.</summary>
    public required IReadOnlyList<double> Std { get; init; }

    /// <summary>Rows of each class, for the column <c>label</c>; otherwise null.</summary>
    public IReadOnlyList<long>? ClassCounts { get; init; }

    /// <summary>
    /// Values per channel that were counted, where it doesn't follow from the column's shape: where rows differ in size;
    /// otherwise null.
    /// </summary>
    public long? Values { get; init; }
}
