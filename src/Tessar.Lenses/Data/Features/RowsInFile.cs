using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>Features that don't fit into memory: fp32 rows in a file that is deleted in the end.</summary>
internal sealed class RowsInFile : IFeatureRows, IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;

    /// <summary>Makes the file, filled with zeros.</summary>
    /// <param name="path">Its path; the folder is made.</param>
    /// <param name="count">Rows n.</param>
    /// <param name="width">Numbers per row k.</param>
    /// <exception cref="TessarException">The disk is full, or the folder can't be written to.</exception>
    public RowsInFile(string path, int count, int width)
    {
        (_path, Count, Width) = (path, count, width);
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            file.SetLength((long)count * width * sizeof(float));
            _file = file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw Failed("made", e);
        }
    }

    public int Count { get; }

    public int Width { get; }

    /// <summary>Writes rows [first, first + rows).</summary>
    /// <param name="first">First row.</param>
    /// <param name="rows">[count, k], fp32.</param>
    public void Write(int first, Tensor rows)
    {
        using Tensor flat = rows.contiguous();
        try
        {
            RandomAccess.Write(
                _file.SafeFileHandle, MemoryMarshal.AsBytes(MemoryMarshal.Cast<byte, float>(flat.bytes)), Offset(first));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("written to", e);
        }
    }

    public Tensor Read(int first, int count)
    {
        Tensor rows = empty(count, Width, dtype: ScalarType.Float32);
        try
        {
            Span<byte> bytes = rows.bytes;
            for (int done = 0; done < bytes.Length;)
            {
                int read = RandomAccess.Read(_file.SafeFileHandle, bytes[done..], Offset(first) + done);
                if (read == 0)
                    throw new EndOfStreamException("it ended early");
                done += read;
            }

            return rows;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            rows.Dispose();
            throw Failed("read", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private long Offset(int row) => (long)row * Width * sizeof(float);

    private TessarException Failed(string what, Exception e) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The features' temporary file {_path} ({(long)Count * Width * sizeof(float):N0} bytes) can't be {what}: "
            + $"{e.Message.TrimEnd('.')}. ")
        + "Make room on this disk, choose fewer training examples, or a smaller projection.", ErrorKind.Environment, e)
    {
        Remedies = [new(RemedyKind.ChangeArgument, "train")]
    };
}
