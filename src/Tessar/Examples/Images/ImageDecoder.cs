using System.Buffers;
using SkiaSharp;

namespace Tessar.Examples.Images;

/// <summary>Decodes JPEG, PNG, GIF, BMP, WebP and ICO files to bytes of pixels, in the size and channels asked for.</summary>
/// <remarks>
/// First the file is decoded at its own size to 8 bits a channel, without colour management and without turning it as camera
/// data may ask; then channels are converted (<see cref="Pixels.Convert"/>), then the size (<see cref="Resampling"/>). Safe from
/// several threads. Memory: up to 4 bytes a pixel of the file, borrowed from the shared pool.
/// </remarks>
internal static class ImageDecoder
{
    /// <summary>Format and size from the file's header; nothing is decoded.</summary>
    /// <exception cref="FileFormatException">It isn't an image, or one too large to be read.</exception>
    public static ImageHeader Probe(ReadOnlySpan<byte> file, ImageSource source) => ImageHeader.Read(file, source);

    /// <summary>Decodes an image.</summary>
    /// <param name="file">The image file's bytes.</param>
    /// <param name="target">The size and channels wanted.</param>
    /// <param name="pixels">[height, width, channels] of the target; overwritten.</param>
    /// <param name="source">For the error.</param>
    /// <exception cref="FileFormatException">It isn't an image, is too large, or is damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> file, ImageShape target, Span<byte> pixels, ImageSource source)
    {
        if (pixels.Length != target.Size)
            throw new ArgumentException(
                $"{pixels.Length} bytes were given for an image of {target}, which takes {target.Size}.", nameof(pixels));
        ImageHeader header = Probe(file, source);
        int count = header.Shape.Height * header.Shape.Width;
        bool isGray = header.Shape.Channels == 1;
        byte[] decoded = ArrayPool<byte>.Shared.Rent(checked(count * (isGray ? 1 : 4)));
        try
        {
            int channels = Decode(file, header, decoded, source);
            Pixels.Fit(decoded.AsSpan(0, count * channels), header.Shape with { Channels = channels }, pixels, target);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    /// <summary>Decodes to one grey channel or to red, green, blue, alpha.</summary>
    /// <returns>The channels: 1 or 4.</returns>
    private static unsafe int Decode(ReadOnlySpan<byte> file, ImageHeader header, byte[] target, ImageSource source)
    {
        fixed (byte* start = file, pixels = target)
        {
            using SKData data = SKData.Create((IntPtr)start, file.Length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is null)
                throw source.Refuse($"an image in {header.Format}", "bytes that can't be decoded");
            if (codec.Info.Width != header.Shape.Width || codec.Info.Height != header.Shape.Height)
            {
                throw source.Refuse(
                    $"an image of {header.Shape.Width} × {header.Shape.Height}, as its header says",
                    $"{codec.Info.Width} × {codec.Info.Height}");
            }

            bool isGray = header.Shape.Channels == 1 && codec.Info.ColorType == SKColorType.Gray8;
            if (!isGray && target.Length < 4 * (long)header.Shape.Height * header.Shape.Width)
                throw source.Refuse("an image in grey, as its header says", "one in colour");
            var info = new SKImageInfo(
                header.Shape.Width, header.Shape.Height, isGray ? SKColorType.Gray8 : SKColorType.Rgba8888,
                isGray || codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            SKCodecResult result = codec.GetPixels(info, (IntPtr)pixels);
            if (result != SKCodecResult.Success)
                throw source.Refuse(
                    $"a whole image in {header.Format}",
                    result == SKCodecResult.IncompleteInput ? "one that is cut short" : "a damaged one");
            return isGray ? 1 : 4;
        }
    }
}
