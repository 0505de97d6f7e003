using System.IO.Hashing;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// A member of an archive from front to end; at its end its length and CRC-32 are held against what the archive says.
/// </summary>
/// <param name="content">The decompressed bytes.</param>
/// <param name="owner">What to dispose with it.</param>
/// <param name="length">Bytes it has to have.</param>
/// <param name="crc">The checksum it has to have.</param>
/// <param name="refuse">Makes the error of what was expected and found.</param>
/// <param name="verified">Called once both agree.</param>
internal sealed class CheckedContent(
    Stream content, IDisposable owner, long length, uint crc, Func<string, string, Exception?, Exception> refuse,
    Action verified) : ForwardStream
{
    private readonly Crc32 _sum = new();
    private long _position;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        int read;
        try
        {
            read = content.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw refuse("compressed data", "bytes that can't be decompressed", e);
        }

        _position += read;
        _sum.Append(buffer[..read]);
        if (_position > length || (read == 0 && _position < length))
            throw refuse($"{length} bytes", read == 0 ? $"{_position}" : "more", null);
        if (_position == length && read > 0)
        {
            uint found = _sum.GetCurrentHashAsUInt32();
            if (found != crc)
                throw refuse($"content with the checksum {crc:X8}", $"{found:X8}", null);
            verified();
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            owner.Dispose();
        }

        base.Dispose(disposing);
    }
}
