namespace Tessar.Training.Loading.Augmentations;

/// <summary>
/// Two buffers of a worker, used in turn, so that a picture can be read from one while it is written to the other.
/// </summary>
internal sealed class ImageScratch
{
    private readonly byte[][] _buffers = [[], []];
    private int _last;

    /// <summary>The buffer that wasn't used last.</summary>
    /// <param name="size">Bytes needed; grows once to the largest picture.</param>
    public Span<byte> Next(int size)
    {
        _last = 1 - _last;
        if (_buffers[_last].Length < size)
            _buffers[_last] = new byte[size];
        return _buffers[_last].AsSpan(0, size);
    }

    /// <summary>The buffer that was used last.</summary>
    public Span<byte> Last(int size) => _buffers[_last].AsSpan(0, size);

    /// <summary>Whether some pixels lie in the buffer that was used last.</summary>
    public bool Holds(ReadOnlySpan<byte> pixels) => _buffers[_last].AsSpan().Overlaps(pixels);
}
