using System.Runtime.InteropServices;
using SkiaSharp;

namespace Tessar.Examples.Images;

/// <summary>Encodes pixels of 8 bits a channel; two channels are grey and transparency. Safe from several threads.</summary>
internal static class ImageEncoder
{
    private const int Lossless = 100;

    /// <summary>A PNG file, which loses nothing.</summary>
    /// <param name="pixels">[height, width, channels].</param>
    /// <param name="shape">Their size.</param>
    public static byte[] Png(ReadOnlySpan<byte> pixels, ImageShape shape) =>
        Encode(pixels, shape, SKEncodedImageFormat.Png, Lossless);

    /// <summary>A WebP file, which is far smaller for photographs and loses what eyes don't miss.</summary>
    /// <param name="pixels">[height, width, channels].</param>
    /// <param name="shape">Their size.</param>
    /// <param name="quality">In [0, 100].</param>
    public static byte[] WebP(ReadOnlySpan<byte> pixels, ImageShape shape, int quality) =>
        Encode(pixels, shape, SKEncodedImageFormat.Webp, quality);

    private static byte[] Encode(ReadOnlySpan<byte> pixels, ImageShape shape, SKEncodedImageFormat format, int quality)
    {
        bool isGray = shape.Channels == 1, isOpaque = shape.Channels is 1 or 3;
        var info = new SKImageInfo(
            shape.Width, shape.Height, isGray ? SKColorType.Gray8 : SKColorType.Rgba8888,
            isOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        byte[] buffer = isGray || shape.Channels == 4 ? pixels.ToArray() : new byte[checked(4 * shape.Height * shape.Width)];
        if (!isGray && shape.Channels != 4)
            Pixels.Convert(pixels, shape.Channels, buffer, 4);
        GCHandle pin = GCHandle.Alloc(buffer, GCHandleType.Pinned);
        try
        {
            using SKImage image = SKImage.FromPixels(info, pin.AddrOfPinnedObject(), info.RowBytes);
            using SKData data = image.Encode(format, quality);
            return data.ToArray();
        }
        finally
        {
            pin.Free();
        }
    }
}
