namespace Tessar.Lenses.Data.Search;

/// <summary>Rows that lie in memory as they would on disk.</summary>
/// <param name="bytes">[n, k] numbers, row by row; stays the caller's.</param>
/// <param name="count">n.</param>
/// <param name="width">k.</param>
/// <param name="isHalf">Whether numbers are fp16; else fp32.</param>
internal sealed unsafe class RowsInMemory(AlignedBuffer<byte> bytes, int count, int width, bool isHalf) : IStoredRows
{
    public int Count => count;

    public int Width => width;

    public bool IsHalf => isHalf;

    public int ScaleExponent => 0;

    public string Name => "the rows in memory";

    public RowWindow Open(int first, int rows) =>
        new(bytes.Start + ((long)first * width * (isHalf ? sizeof(ushort) : sizeof(float))), Math.Min(rows, count - first));
}
