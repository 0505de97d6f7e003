using System.Runtime.Intrinsics;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>
/// Reads a picture row by row where its <see cref="Placement"/> says, once, and leaves it as bytes or as a model's numbers.
/// </summary>
internal static class PlacedRows
{
    /// <summary>Converts a placed picture to a model's numbers without a copy between.</summary>
    /// <param name="pixels">The source, HWC.</param>
    /// <param name="numbers">Receives as many numbers, HWC.</param>
    /// <param name="shape">Size of both.</param>
    /// <param name="placement">Where the pixels come from.</param>
    /// <param name="scale">The normalisation.</param>
    public static void Normalize(
        ReadOnlySpan<byte> pixels, Span<float> numbers, ImageShape shape, in Placement placement, PixelScale scale)
    {
        if (placement.IsIdentity)
        {
            PixelConversion.Normalize(pixels, numbers, scale);
            return;
        }

        int row = shape.Width * shape.Channels;
        Run run = Run.Of(shape, placement);
        int first = Math.Clamp(-placement.Down, 0, shape.Height), end = Math.Clamp(
            shape.Height - placement.Down, first, shape.Height);
        if (run.Length == 0)
            end = first;
        var rows = new PixelRows(end - first, run.Length, row, row, run.To, placement.IsMirrored);
        Fill(numbers[..(first * row)], placement, scale);
        Fill(numbers[(end * row)..(shape.Height * row)], placement, scale);
        if (end == first)
            return;
        pixels = pixels.Slice(((first + placement.Down) * row) + run.From, ((rows.Rows - 1) * row) + run.Length);
        numbers = numbers.Slice(first * row, rows.Rows * row);
        if (rows.AreWide(scale.Channels))
            Wide(rows, pixels, numbers, placement, scale);
        else
            Narrow(rows, pixels, numbers, placement, scale);
    }

    /// <summary>Copies a placed picture.</summary>
    /// <param name="pixels">The source, HWC.</param>
    /// <param name="copy">Receives as many bytes, HWC; apart from the source.</param>
    /// <param name="shape">Size of both.</param>
    /// <param name="placement">Where the pixels come from.</param>
    public static void Copy(ReadOnlySpan<byte> pixels, Span<byte> copy, ImageShape shape, in Placement placement)
    {
        int row = shape.Width * shape.Channels;
        Run run = Run.Of(shape, placement);
        for (int y = 0; y < shape.Height; y++)
        {
            Span<byte> to = copy.Slice(y * row, row);
            int from = y + placement.Down;
            bool isInside = (uint)from < (uint)shape.Height && run.Length > 0;
            Fill(to[..(isInside ? run.To : row)], shape.Channels, placement);
            if (!isInside)
                continue;
            ReadOnlySpan<byte> source = pixels.Slice((from * row) + run.From, run.Length);
            if (placement.IsMirrored)
                Reverse(source, to.Slice(run.To, run.Length), shape.Channels);
            else
                source.CopyTo(to[run.To..]);
            Fill(to[(run.To + run.Length)..], shape.Channels, placement);
        }
    }

    private static unsafe void Wide(
        in PixelRows rows, ReadOnlySpan<byte> pixels, Span<float> numbers, in Placement placement, PixelScale scale)
    {
        Span<float> fill = stackalloc float[Vector256<float>.Count];
        // The last vector of a row begins at a whole pixel too, as all rows hold whole pixels and vectors do.
        Fill(fill, placement, scale);
        fixed (byte* from = pixels)
        fixed (float* to = numbers)
            rows.NormalizeWide(from, to, scale, Vector256.Create<float>(fill));
    }

    private static void Narrow(
        in PixelRows rows, ReadOnlySpan<byte> pixels, Span<float> numbers, in Placement placement, PixelScale scale)
    {
        for (int y = 0; y < rows.Rows; y++)
        {
            ReadOnlySpan<byte> source = pixels.Slice(y * rows.FromStride, rows.Count);
            Span<float> to = numbers.Slice(y * rows.ToStride, rows.ToStride);
            Fill(to[..rows.Left], placement, scale);
            if (rows.IsMirrored)
                Mirrored(source, to.Slice(rows.Left, rows.Count), scale);
            else
                PixelConversion.Normalize(source, to.Slice(rows.Left, rows.Count), scale);
            Fill(to[(rows.Left + rows.Count)..], placement, scale);
        }
    }

    // A few pixels at a time, so that the bytes in between stay in the nearest cache.
    private static void Mirrored(ReadOnlySpan<byte> source, Span<float> numbers, PixelScale scale)
    {
        int most = 256 * scale.Channels;
        Span<byte> reversed = stackalloc byte[most];
        for (int at = 0; at < source.Length; at += most)
        {
            int length = Math.Min(most, source.Length - at);
            Reverse(source.Slice(source.Length - at - length, length), reversed, scale.Channels);
            PixelConversion.Normalize(reversed[..length], numbers.Slice(at, length), scale);
        }
    }

    private static void Reverse(ReadOnlySpan<byte> source, Span<byte> target, int channels)
    {
        for (int at = 0; at < source.Length; at += channels)
            source.Slice(source.Length - channels - at, channels).CopyTo(target[at..]);
    }

    private static void Fill(Span<float> numbers, in Placement placement, PixelScale scale)
    {
        if (scale.Channels == 1)
        {
            numbers.Fill(scale.Convert(placement.FillOf(0), 0));
            return;
        }

        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = scale.Convert(placement.FillOf(i % scale.Channels), i % scale.Channels);
    }

    private static void Fill(Span<byte> bytes, int channels, in Placement placement)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = placement.FillOf(i % channels);
    }

    /// <summary>
    /// The part of a row that comes from the source: numbers from <c>To</c> on, from source numbers from <c>From</c> on.
    /// </summary>
    private readonly record struct Run(int From, int To, int Length)
    {
        public static Run Of(ImageShape shape, in Placement placement)
        {
            int first = Math.Clamp(-placement.Right, 0, shape.Width), end = Math.Clamp(
                shape.Width - placement.Right, first, shape.Width);
            int left = placement.IsMirrored ? shape.Width - (end + placement.Right) : first + placement.Right;
            return new Run(left * shape.Channels, first * shape.Channels, (end - first) * shape.Channels);
        }
    }
}
