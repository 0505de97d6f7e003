using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tessar.Examples;
using Tessar.Native;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>
/// Raw images and labels of a set whose rows lie one after the other in one mapped file: an address is a product and a sum.
/// </summary>
/// <remarks>The store must outlive it. Indices are trusted: they come from an order over the set.</remarks>
internal sealed unsafe class DenseRows
{
    private const int CacheLine = 64;
    private const int MostPrefetched = 64 * CacheLine;

    private readonly ExampleSet _set;
    private readonly byte* _image;
    private readonly byte* _label;
    private readonly int _size;
    private readonly uint _classes;

    private DenseRows(ExampleSet set)
    {
        _set = set;
        ExampleStore store = set.Store;
        _size = store.Image.Size;
        _classes = (uint)store.ClassNames.Count;
        _image = Pointer(store.Row(store.ImageColumn, 0));
        _label = Pointer(store.Row(store.LabelColumn, 0));
    }

    /// <summary>The rows of a set; null when images are encoded, of another size than wanted or in several files.</summary>
    public static DenseRows? Of(ExampleSet set, ImageShape wanted) =>
        set.Store is { HasRawImages: true, Manifest.Segments: null } && set.Store.Image == wanted ? new DenseRows(set) : null;

    /// <summary>The bytes of an image.</summary>
    public ReadOnlySpan<byte> Image(int index) => new(_image + (_set.Row(index) * _size), _size);

    /// <summary>The label of an example, edits applied.</summary>
    public int Label(int index)
    {
        if (_set.Labels is not null)
            return _set.Label(index);
        int stored = Unsafe.ReadUnaligned<int>(_label + (_set.Row(index) * sizeof(int)));
        return (uint)stored < _classes ? stored : _set.Label(index); // which says what is wrong
    }

    /// <summary>Begins to fetch an image that will be read soon.</summary>
    public void Prefetch(int index)
    {
        if (!Sse.IsSupported)
            return;
        byte* start = _image + (_set.Row(index) * _size);
        for (int at = 0; at < Math.Min(_size, MostPrefetched); at += CacheLine)
            Sse.Prefetch0(start + at);
    }

    /// <summary>Tells the operating system how the images will be read.</summary>
    /// <param name="isInOrder">
    /// From the first to the last; otherwise here and there, which matters once they don't fit into memory.
    /// </param>
    public bool Advise(bool isInOrder)
    {
        long first = _set.Row(0) * _size, bytes = ((_set.Row(_set.Count - 1) + 1) * _size) - first;
        bool fits = bytes < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return PageAdvice.Give(
            _image + first, bytes, isInOrder ? ReadPattern.Sequential : fits ? ReadPattern.Normal : ReadPattern.Random);
    }

    private static byte* Pointer(ReadOnlySpan<byte> mapped) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(mapped));
}
