using Tessar.Lenses.Data.Search;

namespace Tessar.Tests.Data.Search;

/// <summary>Random rows in memory, fp16 or fp32, and what they are as fp32.</summary>
internal sealed unsafe class RandomRows : IStoredRows, IDisposable
{
    private readonly AlignedBuffer<byte> _bytes;

    public RandomRows(int count, int width, bool isHalf, int seed, int scaleExponent = 0)
    {
        (Count, Width, IsHalf, ScaleExponent) = (count, width, isHalf, scaleExponent);
        _bytes = new AlignedBuffer<byte>((long)count * width * (isHalf ? 2 : 4));
        Values = new float[count * width];
        var random = new Random(seed);
        for (int i = 0; i < Values.Length; i++)
            this[i / width, i % width] = (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-12, 10)));
    }

    public int Count { get; }

    public int Width { get; }

    public bool IsHalf { get; }

    public int ScaleExponent { get; }

    public string Name => "random rows";

    /// <summary>The stored numbers.</summary>
    public float[] Values { get; }

    /// <summary>At most this many rows lie side by side, as in a store of several files.</summary>
    public int ShardRows { get; init; } = int.MaxValue;

    public float this[int row, int column]
    {
        get => Values[(row * Width) + column];
        set
        {
            int at = (row * Width) + column;
            Values[at] = IsHalf ? (float)(Half)value : value;
            if (IsHalf)
                ((Half*)_bytes.Start)[at] = (Half)value;
            else
                ((float*)_bytes.Start)[at] = value;
        }
    }

    public RowWindow Open(int first, int count) =>
        new(_bytes.Start + ((long)first * Width * (IsHalf ? 2 : 4)), Math.Min(count, ShardRows - (first % ShardRows)));

    public void Dispose() => _bytes.Dispose();
}
