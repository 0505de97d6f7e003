using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Reads a picture row by row where its <see cref="Placement"/> says, once, and leaves it as bytes or as a model's numbers.</summary>
internal static class PlacedRows
{
    /// <summary>Converts a placed picture to a model's numbers without a copy between.</summary>
    /// <param name="pixels">The source, HWC.</param>
    /// <param name="numbers">Receives as many numbers, HWC.</param>
    /// <param name="shape">Size of both.</param>
    /// <param name="placement">Where the pixels come from.</param>
    /// <param name="scale">The normalisation.</param>
    public static void Normalise(ReadOnlySpan<byte> pixels, Span<float> numbers, ImageShape shape, in Placement placement, PixelScale scale)
    {
        if (placement.IsIdentity)
        {
            PixelConversion.Normalise(pixels, numbers, scale);
            return;
        }

        int row = shape.Width * shape.Channels;
        Run run = Run.Of(shape, placement);
        for (int y = 0; y < shape.Height; y++)
        {
            Span<float> to = numbers.Slice(y * row, row);
            int from = y + placement.Down;
            if ((uint)from >= (uint)shape.Height || run.Length == 0)
            {
                Fill(to, placement, scale);
                continue;
            }

            ReadOnlySpan<byte> source = pixels.Slice((from * row) + run.From, run.Length);
            Fill(to[..run.To], placement, scale);
            if (placement.IsMirrored)
                PixelConversion.NormaliseReversed(source, to.Slice(run.To, run.Length), scale);
            else
                PixelConversion.Normalise(source, to.Slice(run.To, run.Length), scale);
            Fill(to[(run.To + run.Length)..], placement, scale);
        }
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

    private static void Reverse(ReadOnlySpan<byte> source, Span<byte> target, int channels)
    {
        for (int at = 0; at < source.Length; at += channels)
            source.Slice(source.Length - channels - at, channels).CopyTo(target[at..]);
    }

    private static void Fill(Span<float> numbers, in Placement placement, PixelScale scale)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            int channel = scale.Channels == 1 ? 0 : i % scale.Channels;
            numbers[i] = scale.Convert(placement.FillOf(channel), channel);
        }
    }

    private static void Fill(Span<byte> bytes, int channels, in Placement placement)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = placement.FillOf(i % channels);
    }

    /// <summary>The part of a row that comes from the source: numbers from <c>To</c> on, from source numbers from <c>From</c> on.</summary>
    private readonly record struct Run(int From, int To, int Length)
    {
        public static Run Of(ImageShape shape, in Placement placement)
        {
            int first = Math.Clamp(-placement.Right, 0, shape.Width), end = Math.Clamp(shape.Width - placement.Right, first, shape.Width);
            int left = placement.IsMirrored ? shape.Width - (end + placement.Right) : first + placement.Right;
            return new Run(left * shape.Channels, first * shape.Channels, (end - first) * shape.Channels);
        }
    }
}
