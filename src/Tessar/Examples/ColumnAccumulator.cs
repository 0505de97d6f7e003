using System.Buffers.Binary;
using Tessar.Tensors;

namespace Tessar.Examples;

/// <summary>Gathers the statistics of a column row by row.</summary>
/// <remarks>
/// Bytes are counted per value, so their moments are exact; other types keep a running mean and sum of squared deviations
/// (Welford 1962), joined by Chan's formula. Both give the same bits whenever rows and splits come in the same order.
/// </remarks>
internal sealed class ColumnAccumulator
{
    private readonly StoreColumn _column;
    private readonly int _channels;
    private readonly long[]? _histogram;
    private readonly long[]? _classes;
    private long _values;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;
    private double _mean;
    private double _squares;

    public ColumnAccumulator(StoreColumn column, int classes)
    {
        _column = column;
        _channels = column.Kind == ColumnKind.Image ? column.Shape[2] : 1;
        _histogram = column.Type == ElementType.U8 ? new long[_channels * 256] : null;
        _classes = column.Name == StoreRules.Label ? new long[classes] : null;
    }

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">A value isn't finite, or a label isn't a class.</exception>
    public void Add(ReadOnlySpan<byte> value, long row)
    {
        if (_histogram is not null)
        {
            for (int i = 0, channel = 0; i < value.Length; i++)
            {
                _histogram[(channel * 256) + value[i]]++;
                channel = channel + 1 == _channels ? 0 : channel + 1;
            }

            return;
        }

        if (_classes is not null)
        {
            int label = BinaryPrimitives.ReadInt32LittleEndian(value);
            if ((uint)label >= (uint)_classes.Length)
                throw new ArgumentException($"Row {row} has label {label}, but the classes are 0 to {_classes.Length - 1}. Name all classes or correct the label.", nameof(value));
            _classes[label]++;
        }

        int size = ElementTypes.SizeOf(_column.Type);
        for (int i = 0; i < value.Length; i += size)
            AddNumber(Number(value[i..]), row);
    }

    /// <summary>Adds the rows that another accumulator of the same column has seen.</summary>
    public void Join(ColumnAccumulator other)
    {
        for (int i = 0; i < _histogram?.Length; i++)
            _histogram[i] += other._histogram![i];
        for (int i = 0; i < _classes?.Length; i++)
            _classes[i] += other._classes![i];
        if (other._values == 0)
            return;
        long values = _values + other._values;
        double shift = other._mean - _mean;
        _mean += shift * other._values / values;
        _squares += other._squares + (shift * shift * ((double)_values * other._values / values));
        (_min, _max, _values) = (Math.Min(_min, other._min), Math.Max(_max, other._max), values);
    }

    /// <summary>The statistics of what has been added.</summary>
    public ColumnStatistics ToStatistics()
    {
        var channels = _histogram is not null
            ? Enumerable.Range(0, _channels).Select(channel => OfBytes(_histogram.AsSpan(channel * 256, 256))).ToArray()
            : [(_values, _min, _max, _mean, Std: Math.Sqrt(_squares / _values))];
        if (channels[0].Item1 == 0)
            channels = [];
        return new ColumnStatistics
        {
            Min = [.. channels.Select(channel => channel.Item2)],
            Max = [.. channels.Select(channel => channel.Item3)],
            Mean = [.. channels.Select(channel => channel.Item4)],
            Std = [.. channels.Select(channel => channel.Item5)],
            ClassCounts = _classes,
        };
    }

    private void AddNumber(double x, long row)
    {
        if (!double.IsFinite(x))
            throw new ArgumentException($"Row {row} of column `{_column.Name}` holds {x}. Only finite numbers can be stored.", nameof(x));
        _values++;
        double shift = x - _mean;
        _mean += shift / _values;
        _squares += shift * (x - _mean);
        (_min, _max) = (Math.Min(_min, x), Math.Max(_max, x));
    }

    private double Number(ReadOnlySpan<byte> bytes) => _column.Type switch
    {
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };

    /// <summary>With n values of sum s and sum of squares q: mean s / n, variance (n q − s²) / n², both exact until the division.</summary>
    private (long Values, double Min, double Max, double Mean, double Std) OfBytes(ReadOnlySpan<long> counts)
    {
        Int128 n = 0, s = 0, q = 0;
        for (int value = 0; value < counts.Length; value++)
        {
            n += counts[value];
            s += (Int128)counts[value] * value;
            q += (Int128)counts[value] * value * value;
        }

        double unit = _column.Kind == ColumnKind.Image ? 255 : 1;
        return n == 0
            ? default
            : ((long)n, counts.IndexOfAnyExcept(0) / unit, counts.LastIndexOfAnyExcept(0) / unit, (double)s / (double)n / unit,
                Math.Sqrt((double)((n * q) - (s * s))) / (double)n / unit);
    }
}
