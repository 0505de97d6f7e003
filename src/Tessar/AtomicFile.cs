using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Tessar;

/// <summary>A file that appears under its name whole or not at all: temporary name, flush to disk, rename.</summary>
/// <remarks>
/// The temporary file stands in the same folder, named <c>NAME.tmp-PID-COUNTER</c>, and is locked while it is written. One
/// that a killed process left behind is removed by the next writer of the same name. A full disk gives a
/// <see cref="TessarException"/> of <see cref="ErrorKind.Environment"/> and leaves nothing.
/// </remarks>
internal sealed partial class AtomicFile : IDisposable
{
    /// <summary>What the runtime reports, instead of a system's code, when it can't reserve a file's space.</summary>
    private const int UnspecifiedIoError = unchecked((int)0x80131620);

    private static int _counter;
    private readonly string _path;
    private readonly string _temporary;
    private readonly long _expectedBytes;

    private AtomicFile(string path, string temporary, long expectedBytes, FileStream stream)
    {
        (_path, _temporary, _expectedBytes, Stream) = (path, temporary, expectedBytes, stream);
    }

    /// <summary>Where to write; can seek.</summary>
    public FileStream Stream { get; }

    /// <summary>Starts a file; folders that are missing on the way to it are made.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="expectedBytes">Bytes to reserve on the disk at once; 0 when unknown.</param>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static AtomicFile Create(string path, long expectedBytes = 0)
    {
        path = Path.GetFullPath(path);
        try
        {
            string folder = Path.GetDirectoryName(path) ?? path;
            Directory.CreateDirectory(folder);
            RemoveStale(folder, Path.GetFileName(path));
            string temporary = string.Create(
                CultureInfo.InvariantCulture, $"{path}.tmp-{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}");
            var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                PreallocationSize = expectedBytes,
            });
            return new AtomicFile(path, temporary, expectedBytes, stream);
        }
        catch (IOException e) when (expectedBytes > 0 && e.HResult == UnspecifiedIoError)
        {
            throw Full(path, expectedBytes, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, expectedBytes, e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The final name; an existing file is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using AtomicFile file = Create(path);
        file.Guard(() => write(file.Stream));
        file.Commit();
    }

    /// <summary>Writes a whole text file, UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Runs writes to <see cref="Stream"/>, turning a full disk into its named error.</summary>
    /// <exception cref="TessarException">The disk is full.</exception>
    public void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw Unwritable(_path, _expectedBytes, e);
        }
    }

    /// <summary>Writes at a place in the file, past <see cref="Stream"/> and its position.</summary>
    /// <exception cref="TessarException">The disk is full.</exception>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(Stream.SafeFileHandle, bytes, offset);
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw Unwritable(_path, Math.Max(_expectedBytes, offset + bytes.Length), e);
        }
    }

    /// <summary>Reads back what <see cref="WriteAt"/> wrote.</summary>
    /// <exception cref="EndOfStreamException">The file ends before <paramref name="bytes"/> is full.</exception>
    public void ReadAt(long offset, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(Stream.SafeFileHandle, bytes, offset);
            if (read == 0)
                throw new EndOfStreamException($"{_temporary} ends at byte {offset}.");
            offset += read;
            bytes = bytes[read..];
        }
    }

    /// <summary>Lengthens the file with zeros.</summary>
    public void SetLength(long length) => Guard(() => RandomAccess.SetLength(Stream.SafeFileHandle, length));

    /// <summary>Waits until everything written so far is on the disk.</summary>
    public void Flush() => Guard(() => Stream.Flush(flushToDisk: true));

    /// <summary>Flushes to the disk and gives the file its name.</summary>
    /// <param name="otherName">A name in the same folder, in place of the one it was created for.</param>
    /// <exception cref="TessarException">The disk is full, or the name is taken by a folder.</exception>
    public void Commit(string? otherName = null)
    {
        try
        {
            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            File.Move(_temporary, otherName ?? _path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(_path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_path, _expectedBytes, e);
        }
    }

    /// <summary>Removes the temporary file unless <see cref="Commit"/> has renamed it.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            // The buffer's last bytes found no room; the file is about to be removed anyway.
            Debug.WriteLine(e.Message);
        }

        File.Delete(_temporary);
    }

    /// <summary>True for the errors that mean "no room": ENOSPC and EDQUOT on Unix, ERROR_DISK_FULL on Windows.</summary>
    internal static bool IsDiskFull(IOException e) => e.HResult is 28 or 122 or unchecked((int)0x80070070);

    private static TessarException Unwritable(string path, long bytes, Exception e) =>
        e is IOException io && IsDiskFull(io) ? Full(path, bytes, e) : new TessarException(
            $"`{path}` can't be written: {e.Message.TrimEnd('.')}. Choose a folder that you may write to.", ErrorKind.Environment,
            e);

    private static TessarException Full(string path, long bytes, Exception e)
    {
        string free = "an unknown number of";
        if (Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder))
        {
            free = new DriveInfo(folder).AvailableFreeSpace.ToString("N0", CultureInfo.InvariantCulture);
        }

        string needed = bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $", at least {bytes:N0} needed") : string.Empty;
        return new TessarException(
            $"`{path}` can't be written: the disk is full ({free} bytes free{needed}). "
            + "Free some space or choose a folder on another disk, then run the command again.",
            ErrorKind.Environment,
            e);
    }

    /// <summary>Removes temporary files of this name whose writer no longer runs.</summary>
    private static void RemoveStale(string folder, string name)
    {
        foreach (string file in Directory.EnumerateFiles(folder, name + ".tmp-*"))
        {
            string[] parts = file[(file.LastIndexOf(".tmp-", StringComparison.Ordinal) + 5)..].Split('-');
            if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int process)
                && !IsRunning(process) && IsUnlocked(file))
            {
                File.Delete(file);
            }
        }
    }

    private static bool IsRunning(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>False while another machine or container, whose process ids mean nothing here, still writes the file.</summary>
    private static bool IsUnlocked(string file)
    {
        try
        {
            using var probe = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Makes a rename durable: on Unix the folder has to be flushed too. Windows needs and offers nothing here.
    /// </summary>
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(folder, 0);
        if (descriptor < 0)
        {
            throw new IOException(
                $"the folder can't be opened ({Marshal.GetLastPInvokeErrorMessage()})", Marshal.GetLastPInvokeError());
        }

        // Some network file systems refuse to flush a folder (EINVAL); they have no weaker promise to give.
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
