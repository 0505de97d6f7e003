using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Native;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>
/// Examples and labels of a set whose rows lie one after the other in one mapped file: an address is a product and a sum.
/// </summary>
/// <remarks>The store must outlive it. Indices are trusted: they come from an order over the set.</remarks>
internal sealed unsafe class DenseRows
{
    private const int CacheLine = 64;
    private const int MostPrefetched = 64 * CacheLine;

    private readonly ExampleSet _set;
    private readonly byte* _row;
    private readonly byte* _label;
    private readonly int _size;
    private readonly uint _classes;

    private DenseRows(ExampleSet set, StoreColumn column)
    {
        _set = set;
        ExampleStore store = set.Store;
        _size = column.Stride;
        _classes = (uint)store.ClassNames.Count;
        _row = Pointer(store.Row(column, 0));
        _label = Pointer(store.Row(store.LabelColumn, 0));
    }

    /// <summary>The rows of a set; null when they have to be decoded, or lie in several files.</summary>
    public static DenseRows? Of(ExampleSet set, ModelInput input) =>
        set.Store.Manifest.Segments is null && input.IsRaw(set.Store) ? new DenseRows(set, input.ColumnOf(set.Store)) : null;

    /// <summary>The bytes of an example.</summary>
    public ReadOnlySpan<byte> Bytes(int index) => new(_row + (_set.Row(index) * _size), _size);

    /// <summary>The label of an example, edits applied.</summary>
    public int Label(int index)
    {
        if (_set.Labels is not null)
            return _set.Label(index);
        int stored = Unsafe.ReadUnaligned<int>(_label + (_set.Row(index) * sizeof(int)));
        return (uint)stored < _classes ? stored : _set.Label(index); // which says what is wrong
    }

    /// <summary>Begins to fetch an example that will be read soon.</summary>
    public void Prefetch(int index)
    {
        if (!Sse.IsSupported)
            return;
        byte* start = _row + (_set.Row(index) * _size);
        for (int at = 0; at < Math.Min(_size, MostPrefetched); at += CacheLine)
            Sse.Prefetch0(start + at);
    }

    /// <summary>Tells the operating system how the rows will be read.</summary>
    /// <param name="isInOrder">
    /// From the first to the last; otherwise here and there, which matters once they don't fit into memory.
    /// </param>
    public bool Advise(bool isInOrder)
    {
        long first = _set.Row(0) * _size, bytes = ((_set.Row(_set.Count - 1) + 1) * _size) - first;
        bool fits = bytes < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return PageAdvice.Give(
            _row + first, bytes, isInOrder ? ReadPattern.Sequential : fits ? ReadPattern.Normal : ReadPattern.Random);
    }

    private static byte* Pointer(ReadOnlySpan<byte> mapped) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(mapped));
}
