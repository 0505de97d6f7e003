using System.IO.MemoryMappedFiles;

namespace Tessar.Lenses.Data.Search;

/// <summary>A part of a mapped file; what it shows stays resident only until it is disposed.</summary>
internal sealed unsafe class RowWindow : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;

    /// <summary>Maps a part of a file.</summary>
    /// <param name="file">The file; stays the caller's.</param>
    /// <param name="offset">Offset of the first row, in bytes.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="rowBytes">Bytes per row.</param>
    public RowWindow(MemoryMappedFile file, long offset, int rows, int rowBytes)
    {
        Count = rows;
        _view = file.CreateViewAccessor(offset, (long)rows * rowBytes, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>Shows memory that outlives the window.</summary>
    public RowWindow(byte* start, int rows)
    {
        _start = start;
        Count = rows;
    }

    /// <summary>Number of rows it shows.</summary>
    public int Count { get; }

    /// <summary>The first row; valid until <see cref="Dispose"/>.</summary>
    public byte* Start => _start;

    public void Dispose()
    {
        if (_view is null)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }
}
