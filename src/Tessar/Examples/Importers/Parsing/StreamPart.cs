namespace Tessar.Examples.Importers.Parsing;

/// <summary>A stretch of a file, read from front to end; disposing leaves the file open.</summary>
internal sealed class StreamPart : ForwardStream
{
    private readonly FileStream _file;
    private readonly long _length;
    private long _left;

    /// <param name="file">The file; nobody else may move in it.</param>
    /// <param name="offset">Where the stretch begins.</param>
    /// <param name="length">Its bytes.</param>
    public StreamPart(FileStream file, long offset, long length)
    {
        (_file, _length, _left) = (file, length, length);
        file.Position = offset;
    }

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length - _left;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = _file.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }
}
