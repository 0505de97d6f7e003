using System.Buffers;

namespace Tessar.Examples.Images;

/// <summary>Brings pixels into the channels and the size that are wanted.</summary>
internal static class Pixels
{
    /// <summary>Converts channels, then size; pixels that fit already are copied.</summary>
    /// <param name="from">[height, width, channels] of <paramref name="fromShape"/>.</param>
    /// <param name="fromShape">What there is.</param>
    /// <param name="to">[height, width, channels] of <paramref name="toShape"/>; overwritten.</param>
    /// <param name="toShape">What is wanted.</param>
    public static void Fit(ReadOnlySpan<byte> from, ImageShape fromShape, Span<byte> to, ImageShape toShape)
    {
        bool isSized = fromShape.Height == toShape.Height && fromShape.Width == toShape.Width;
        if (fromShape.Channels == toShape.Channels)
        {
            Resampling.Resize(from, fromShape, to, toShape);
            return;
        }

        if (isSized)
        {
            Convert(from, fromShape.Channels, to, toShape.Channels);
            return;
        }

        ImageShape between = fromShape with { Channels = toShape.Channels };
        byte[] converted = ArrayPool<byte>.Shared.Rent(between.Size);
        try
        {
            Span<byte> pixels = converted.AsSpan(0, between.Size);
            Convert(from, fromShape.Channels, pixels, toShape.Channels);
            Resampling.Resize(pixels, between, to, toShape);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(converted);
        }
    }

    /// <summary>
    /// Grey becomes red = green = blue; colour becomes grey = (299 red + 587 green + 114 blue + 500) / 1000 (ITU-R BT.601); what
    /// has no transparency becomes opaque (255), and transparency that isn't wanted is left out.
    /// </summary>
    /// <param name="from">[pixels, fromChannels].</param>
    /// <param name="fromChannels">1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.</param>
    /// <param name="to">[pixels, toChannels]; overwritten.</param>
    /// <param name="toChannels">Likewise.</param>
    public static void Convert(ReadOnlySpan<byte> from, int fromChannels, Span<byte> to, int toChannels)
    {
        for (int i = 0, j = 0; i < from.Length; i += fromChannels, j += toChannels)
        {
            (byte red, byte green, byte blue) = fromChannels >= 3
                ? (from[i], from[i + 1], from[i + 2])
                : (from[i], from[i], from[i]);
            if (toChannels >= 3)
                (to[j], to[j + 1], to[j + 2]) = (red, green, blue);
            else
                to[j] = (byte)(((299 * red) + (587 * green) + (114 * blue) + 500) / 1000);
            if (toChannels is 2 or 4)
                to[j + toChannels - 1] = fromChannels is 2 or 4 ? from[i + fromChannels - 1] : byte.MaxValue;
        }
    }
}
