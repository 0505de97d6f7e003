using System.IO.MemoryMappedFiles;

namespace Tessar;

/// <summary>A file mapped read-only into memory; every access is compared with the file's length first.</summary>
/// <remarks>
/// A span stays valid until <see cref="Dispose"/>, not longer. Forgetting to dispose keeps the mapping until the process ends
/// rather than pulling memory from beneath a span. A file that another program shortens while it is mapped can't be read
/// safely by anyone; files of ours are replaced by rename, which leaves the old content to those who mapped it.
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;
    private bool _disposed;

    private MappedFile(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Path = path;
        Length = stream.Length;
        if (Length == 0)
        {
            // Nothing to map, and the system would refuse.
            stream.Dispose();
            return;
        }

        _file = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="nextStep">What the user can do when it can't be opened, a sentence.</param>
    /// <param name="remedies">The same as data.</param>
    /// <exception cref="TessarException">The file is missing, a folder, a pipe or a device, or can't be read.</exception>
    public static MappedFile Open(string path, string nextStep, params Remedy[] remedies)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = System.IO.Path.GetFullPath(path);
        if (FileKind.Objection(path) is { } objection)
            throw new TessarException($"`{path}` is {objection}; required is a file. {nextStep}", ErrorKind.InputData)
            {
                Remedies = remedies
            };
        try
        {
            return new MappedFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException($"`{path}` can't be opened: {e.Message.TrimEnd('.')}. {nextStep}", ErrorKind.InputData, e)
            {
                Remedies = remedies
            };
        }
    }

    /// <summary>A range of bytes, without copying; valid until this object is disposed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the file.</exception>
    /// <exception cref="ObjectDisposedException">The mapping is gone.</exception>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - count);
        return new ReadOnlySpan<byte>(_start + offset, count);
    }

    /// <summary>Unmaps the file; spans into it must not be used any more.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _file?.Dispose();
    }
}
