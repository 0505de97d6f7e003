using System.Runtime.InteropServices;

namespace Tessar.Lenses.Data.Search;

/// <summary>Zeroed memory that begins at a cache line, so that no vector straddles two.</summary>
internal sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int CacheLine = 64;

    private void* _start;

    public AlignedBuffer(long count)
    {
        Count = count;
        _start = NativeMemory.AlignedAlloc(checked((nuint)(Math.Max(1, count) * sizeof(T))), CacheLine);
        Clear();
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>The first element; valid until <see cref="Dispose"/>.</summary>
    public T* Start => (T*)_start;

    /// <summary>Sets everything to zero.</summary>
    public void Clear() => NativeMemory.Clear(_start, (nuint)(Math.Max(1, Count) * sizeof(T)));

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
