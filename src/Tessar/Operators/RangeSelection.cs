using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Ranges of coordinates, one after the other.</summary>
internal sealed class RangeSelection : CoordinateSelection
{
    private readonly (long First, long Count)[] _ranges;

    /// <summary>Selects ranges that don't overlap.</summary>
    /// <param name="size">Length of the vectors.</param>
    /// <param name="ranges">First coordinate and number of each.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range reaches beyond the vectors.</exception>
    /// <exception cref="ArgumentException">Two of them overlap.</exception>
    public RangeSelection(long size, params (long First, long Count)[] ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        foreach ((long first, long count) in ranges)
        {
            if (first < 0 || count < 0 || first > size - count)
            {
                throw new ArgumentOutOfRangeException(nameof(ranges), string.Create(
                    CultureInfo.InvariantCulture,
                    $"The range of {count} coordinates from {first} isn't within vectors of {size}."));
            }
        }

        (long First, long Count)[] sorted = [.. ranges.OrderBy(range => range.First)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].First + sorted[i - 1].Count > sorted[i].First)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Two ranges hold coordinate {sorted[i].First}; each may be selected once."), nameof(ranges));
            }
        }

        (Size, _ranges) = (size, ranges);
        Count = ranges.Sum(range => range.Count);
    }

    public override long Size { get; }

    public override long Count { get; }

    public override Tensor Gather(Tensor columns) =>
        cat([.. _ranges.Select(range => columns.narrow(0, range.First, range.Count))]);

    public override void AddTo(Tensor part, Tensor columns)
    {
        long done = 0;
        foreach ((long first, long count) in _ranges)
        {
            columns.narrow(0, first, count).add_(part.narrow(0, done, count));
            done += count;
        }
    }
}
