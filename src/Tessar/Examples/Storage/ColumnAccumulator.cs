using System.Buffers.Binary;
using Tessar.Tensors;

namespace Tessar.Examples.Storage;

/// <summary>Gathers the statistics of a column row by row.</summary>
/// <remarks>
/// Bytes are counted by value and 32-bit integers summed in 128 bits, so their moments are exact until the last division.
/// Other types keep a running mean and sum of squared deviations (Welford 1962), joined by Chan's formula: the same rows in
/// the same order give the same bits on every machine.
/// </remarks>
internal abstract class ColumnAccumulator
{
    /// <summary>The accumulator for a column's type.</summary>
    /// <param name="column">The column.</param>
    /// <param name="classes">Number of classes, which bounds the labels.</param>
    public static ColumnAccumulator For(StoreColumn column, int classes) => column.Type switch
    {
        _ when column.HasMixedImages => new ImageAccumulator(),
        _ when column.Stride == 0 => new LengthAccumulator(),
        ElementType.U8 => new ByteAccumulator(column),
        ElementType.I32 => new IntegerAccumulator(column.Name == StoreRules.Label ? classes : null),
        _ => new RealAccumulator(column),
    };

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">A value isn't finite, or a label isn't a class.</exception>
    public abstract void Add(ReadOnlySpan<byte> value, long row);

    /// <summary>Adds what another accumulator of the same column has seen.</summary>
    public abstract void Join(ColumnAccumulator other);

    /// <summary>The statistics of what has been added.</summary>
    public abstract ColumnStatistics ToStatistics();

    /// <summary>With n values of sum s and sum of squares q: mean s / n, variance (n q − s²) / n².</summary>
    private static Moments OfSums(Int128 n, Int128 s, Int128 q, double min, double max, double unit) =>
        new(min / unit, max / unit, (double)s / (double)n / unit, Math.Sqrt((double)((n * q) - (s * s))) / (double)n / unit);

    private protected static Moments OfCounts(ReadOnlySpan<long> counts, double unit)
    {
        Int128 n = 0, s = 0, q = 0;
        for (int value = 0; value < counts.Length; value++)
        {
            n += counts[value];
            s += (Int128)counts[value] * value;
            q += (Int128)counts[value] * value * value;
        }

        return OfSums(n, s, q, counts.IndexOfAnyExcept(0), counts.LastIndexOfAnyExcept(0), unit);
    }

    private protected static ColumnStatistics Of(Moments[] channels, long[]? classes = null, long? values = null) => new()
    {
        Min = [.. channels.Select(channel => channel.Min)],
        Max = [.. channels.Select(channel => channel.Max)],
        Mean = [.. channels.Select(channel => channel.Mean)],
        Std = [.. channels.Select(channel => channel.Std)],
        ClassCounts = classes,
        Values = values,
    };

    private protected readonly record struct Moments(double Min, double Max, double Mean, double Std);

    /// <summary>Counts how often each byte occurs in each channel.</summary>
    private sealed class ByteAccumulator(StoreColumn column) : ColumnAccumulator
    {
        private readonly int _channels = column.Kind == ColumnKind.Image ? column.Shape[2] : 1;
        private readonly long[] _counts = new long[256 * (column.Kind == ColumnKind.Image ? column.Shape[2] : 1)];

        public override void Add(ReadOnlySpan<byte> value, long row)
        {
            for (int i = 0, channel = 0; i < value.Length; i++)
            {
                _counts[(channel * 256) + value[i]]++;
                channel = channel + 1 == _channels ? 0 : channel + 1;
            }
        }

        public override void Join(ColumnAccumulator other)
        {
            for (int i = 0; i < _counts.Length; i++)
                _counts[i] += ((ByteAccumulator)other)._counts[i];
        }

        public override ColumnStatistics ToStatistics() => _counts.AsSpan().ContainsAnyExcept(0)
            ? Of([.. Enumerable.Range(0, _channels).Select(
                channel => OfCounts(_counts.AsSpan(channel * 256, 256), column.Kind == ColumnKind.Image ? 255 : 1))])
            : Of([]);
    }

    /// <summary>Sums 32-bit integers and their squares; counts labels by class.</summary>
    private sealed class IntegerAccumulator(int? classes) : ColumnAccumulator
    {
        private readonly long[]? _classes = classes is { } count ? new long[count] : null;
        private Int128 _values;
        private Int128 _sum;
        private Int128 _squares;
        private int _min = int.MaxValue;
        private int _max = int.MinValue;

        public override void Add(ReadOnlySpan<byte> value, long row)
        {
            for (int i = 0; i < value.Length; i += sizeof(int))
            {
                int x = BinaryPrimitives.ReadInt32LittleEndian(value[i..]);
                _values++;
                _sum += x;
                _squares += (Int128)x * x;
                (_min, _max) = (Math.Min(_min, x), Math.Max(_max, x));
                if (_classes is null)
                    continue;
                if ((uint)x >= (uint)_classes.Length)
                {
                    throw new ArgumentException(
                        $"Row {row} has label {x}, but the classes are 0 to {_classes.Length - 1}. "
                        + "Name all classes or correct the label.",
                        nameof(value));
                }

                _classes[x]++;
            }
        }

        public override void Join(ColumnAccumulator other)
        {
            var more = (IntegerAccumulator)other;
            for (int i = 0; i < _classes?.Length; i++)
                _classes[i] += more._classes![i];
            (_values, _sum, _squares) = (_values + more._values, _sum + more._sum, _squares + more._squares);
            (_min, _max) = (Math.Min(_min, more._min), Math.Max(_max, more._max));
        }

        public override ColumnStatistics ToStatistics() =>
            Of(_values == 0 ? [] : [OfSums(_values, _sum, _squares, _min, _max, unit: 1)], _classes);
    }

    /// <summary>Running moments of floating-point numbers and 64-bit integers.</summary>
    private sealed class RealAccumulator(StoreColumn column) : ColumnAccumulator
    {
        /// <summary>Squares of larger numbers could overflow their sum.</summary>
        private const double Largest = 1e140;

        private long _values;
        private double _min = double.PositiveInfinity;
        private double _max = double.NegativeInfinity;
        private double _mean;
        private double _squares;

        public override void Add(ReadOnlySpan<byte> value, long row)
        {
            int size = ElementTypes.SizeOf(column.Type);
            for (int i = 0; i < value.Length; i += size)
            {
                double x = Number(value[i..]);
                if (!(Math.Abs(x) <= Largest))
                {
                    throw new ArgumentException(
                        $"Row {row} of column `{column.Name}` holds {x}. Only numbers between −1e140 and 1e140 can be stored.",
                        nameof(value));
                }

                _values++;
                double shift = x - _mean;
                _mean += shift / _values;
                _squares += shift * (x - _mean);
                (_min, _max) = (Math.Min(_min, x), Math.Max(_max, x));
            }
        }

        public override void Join(ColumnAccumulator other)
        {
            var more = (RealAccumulator)other;
            if (more._values == 0)
                return;
            long values = _values + more._values;
            double shift = more._mean - _mean;
            _mean += shift * more._values / values;
            _squares += more._squares + (shift * shift * ((double)_values * more._values / values));
            (_min, _max, _values) = (Math.Min(_min, more._min), Math.Max(_max, more._max), values);
        }

        public override ColumnStatistics ToStatistics() =>
            Of(_values == 0 ? [] : [new Moments(_min, _max, _mean, Math.Sqrt(_squares / _values))]);

        private double Number(ReadOnlySpan<byte> bytes) => column.Type switch
        {
            ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        };
    }

    /// <summary>Counts the lengths of values.</summary>
    private sealed class LengthAccumulator : ColumnAccumulator
    {
        private Int128 _sum;
        private Int128 _squares;
        private long _values;
        private long _min = long.MaxValue;
        private long _max = long.MinValue;

        public override void Add(ReadOnlySpan<byte> value, long row)
        {
            _values++;
            _sum += value.Length;
            _squares += (Int128)value.Length * value.Length;
            (_min, _max) = (Math.Min(_min, value.Length), Math.Max(_max, value.Length));
        }

        public override void Join(ColumnAccumulator other)
        {
            var more = (LengthAccumulator)other;
            (_values, _sum, _squares) = (_values + more._values, _sum + more._sum, _squares + more._squares);
            (_min, _max) = (Math.Min(_min, more._min), Math.Max(_max, more._max));
        }

        public override ColumnStatistics ToStatistics() =>
            Of(_values == 0 ? [] : [OfSums(_values, _sum, _squares, _min, _max, unit: 1)], values: _values);
    }
}
