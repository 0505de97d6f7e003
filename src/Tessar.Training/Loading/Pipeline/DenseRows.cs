using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tessar.Examples;
using Tessar.Native;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>Raw images and labels of a set whose rows lie one after the other in one mapped file: an address is a product and a sum.</summary>
/// <remarks>The store must outlive it. Indices are trusted: they come from an order over the set.</remarks>
internal sealed unsafe class DenseRows
{
    private const int CacheLine = 64;
    private const int MostPrefetched = 64 * CacheLine;

    private readonly ExampleSet set;
    private readonly byte* image;
    private readonly byte* label;
    private readonly int size;
    private readonly uint classes;

    private DenseRows(ExampleSet set)
    {
        this.set = set;
        ExampleStore store = set.Store;
        size = store.Image.Size;
        classes = (uint)store.ClassNames.Count;
        image = Pointer(store.Row(store.ImageColumn, 0));
        label = Pointer(store.Row(store.LabelColumn, 0));
    }

    /// <summary>The rows of a set; null when images are encoded, of another size than wanted or in several files.</summary>
    public static DenseRows? Of(ExampleSet set, ImageShape wanted) =>
        set.Store is { HasRawImages: true, Manifest.Segments: null } && set.Store.Image == wanted ? new DenseRows(set) : null;

    /// <summary>The bytes of an image.</summary>
    public ReadOnlySpan<byte> Image(int index) => new(image + (set.Row(index) * size), size);

    /// <summary>The label of an example, edits applied.</summary>
    public int Label(int index)
    {
        if (set.Labels is not null)
            return set.Label(index);
        int stored = Unsafe.ReadUnaligned<int>(label + (set.Row(index) * sizeof(int)));
        return (uint)stored < classes ? stored : set.Label(index); // which says what is wrong
    }

    /// <summary>Begins to fetch an image that will be read soon.</summary>
    public void Prefetch(int index)
    {
        if (!Sse.IsSupported)
            return;
        byte* start = image + (set.Row(index) * size);
        for (int at = 0; at < Math.Min(size, MostPrefetched); at += CacheLine)
            Sse.Prefetch0(start + at);
    }

    /// <summary>Tells the operating system how the images will be read.</summary>
    /// <param name="isInOrder">From the first to the last; otherwise here and there, which matters once they don't fit into memory.</param>
    public bool Advise(bool isInOrder)
    {
        long first = set.Row(0) * size, bytes = ((set.Row(set.Count - 1) + 1) * size) - first;
        bool fits = bytes < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return PageAdvice.Give(image + first, bytes, isInOrder ? ReadPattern.Sequential : fits ? ReadPattern.Normal : ReadPattern.Random);
    }

    private static byte* Pointer(ReadOnlySpan<byte> mapped) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(mapped));
}
