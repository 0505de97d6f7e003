namespace Tessar.Examples.Storage;

/// <summary>
/// Counts how often each byte occurs in each channel of images that may differ in their channels, and which size they have
/// in common.
/// </summary>
/// <remarks>
/// As long as all images have the same channels, these are counted. When they differ, all count as red, green and blue: grey
/// three times, transparency not at all.
/// </remarks>
internal sealed class ImageAccumulator : ColumnAccumulator
{
    /// <summary>By the image's channels less one: counts of each byte in each of its channels.</summary>
    private readonly long[]?[] _counts = new long[]?[4];
    private bool _isMixed;

    /// <summary>True once an image was added.</summary>
    public bool HasImages { get; private set; }

    /// <summary>The size that all images have had so far; null when they differ.</summary>
    public ImageShape? CommonShape { get; private set; }

    /// <summary>Adds an image's pixels.</summary>
    public void Add(ReadOnlySpan<byte> pixels, ImageShape shape)
    {
        See(shape);
        long[] counts = _counts[shape.Channels - 1] ??= new long[256 * shape.Channels];
        for (int i = 0, channel = 0; i < pixels.Length; i++)
        {
            counts[(channel * 256) + pixels[i]]++;
            channel = channel + 1 == shape.Channels ? 0 : channel + 1;
        }
    }

    public override void Add(ReadOnlySpan<byte> value, long row) =>
        throw new InvalidOperationException("An image counts by its pixels, not by its stored bytes.");

    public override void Join(ColumnAccumulator other)
    {
        var more = (ImageAccumulator)other;
        if (!more.HasImages)
            return;
        if (more.CommonShape is { } shape)
            See(shape);
        else
            (HasImages, CommonShape) = (true, null);
        for (int channels = 0; channels < _counts.Length; channels++)
        {
            if (more._counts[channels] is not { } added)
                continue;
            long[] counts = _counts[channels] ??= new long[added.Length];
            for (int i = 0; i < counts.Length; i++)
                counts[i] += added[i];
        }
    }

    /// <summary>Makes the statistics count red, green and blue when another part of the column needs it.</summary>
    public void MixLike(ImageAccumulator whole) =>
        _isMixed = whole._isMixed || whole._counts.Count(counts => counts is not null) > 1;

    public override ColumnStatistics ToStatistics()
    {
        long[]?[] present = [.. _counts.Where(counts => counts is not null)];
        long[] channels = present switch
        {
            [] => [],
            [{ } only] when !_isMixed => only,
            _ => Mixed(),
        };
        return Of(
            [.. Enumerable.Range(0, channels.Length / 256).Select(channel => OfCounts(channels.AsSpan(channel * 256, 256), 255))],
            values: channels.Length == 0 ? 0 : channels.AsSpan(0, 256).ToArray().Sum());
    }

    private void See(ImageShape shape) =>
        (HasImages, CommonShape) = (true, !HasImages || CommonShape == shape ? shape : null);

    private long[] Mixed()
    {
        long[] sums = new long[3 * 256];
        for (int channels = 1; channels <= _counts.Length; channels++)
        {
            if (_counts[channels - 1] is not { } counts)
                continue;
            for (int i = 0; i < sums.Length; i++)
                sums[i] += counts[channels >= 3 ? i : i % 256];
        }

        return sums;
    }
}
