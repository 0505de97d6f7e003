using System.Runtime.InteropServices;
using SkiaSharp;
using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers;

/// <summary>Small image files with known pixels.</summary>
internal static class Photos
{
    /// <summary>Pixel (y, x) is (40 y + salt, 30 x, 7 salt) mod 256.</summary>
    public static byte[] Pixels(int height, int width, int salt)
    {
        byte[] pixels = new byte[height * width * 3];
        for (int i = 0; i < height * width; i++)
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (
                (byte)((40 * (i / width)) + salt), (byte)(30 * (i % width)), (byte)(7 * salt));
        return pixels;
    }

    public static byte[] Png(int height, int width, int salt) => Encode(height, width, salt, SKEncodedImageFormat.Png);

    public static byte[] Jpeg(int height, int width, int salt) => Encode(height, width, salt, SKEncodedImageFormat.Jpeg);

    /// <summary>Quality 100 means lossless.</summary>
    public static byte[] WebP(int height, int width, int salt) => Encode(height, width, salt, SKEncodedImageFormat.Webp);

    /// <summary>24 bits a pixel, bottom row first, rows padded to 4 bytes.</summary>
    public static byte[] Bmp(int height, int width, int salt)
    {
        int stride = ((3 * width) + 3) / 4 * 4;
        byte[] file = new byte[54 + (stride * height)], pixels = Pixels(height, width, salt);
        "BM"u8.CopyTo(file);
        foreach ((int at, int value) in (ReadOnlySpan<(int, int)>)[
            (2, file.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1 | (24 << 16))
        ])
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        for (int i = 0; i < height * width; i++)
        {
            int at = 54 + ((height - 1 - (i / width)) * stride) + (3 * (i % width));
            (file[at], file[at + 1], file[at + 2]) = (pixels[(3 * i) + 2], pixels[(3 * i) + 1], pixels[3 * i]);
        }

        return file;
    }

    /// <summary>Red, green; blue, white; a second frame is all red.</summary>
    public static byte[] Gif(int frames)
    {
        // Codes of 3 bits, the lowest first: 4 clears, then the colors, then 5 ends.
        byte[] start = [.. "GIF89a"u8, 2, 0, 2, 0, 0x91, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        byte[] frame = [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2];
        byte[] file = [.. start, .. frame, 3, .. Codes(4, 0, 1, 2, 3, 5), 0];
        for (int i = 1; i < frames; i++)
            file = [.. file, .. frame, 3, .. Codes(4, 0, 0, 0, 0, 5), 0];
        return [.. file, 0x3B];

        static byte[] Codes(params int[] codes)
        {
            int bits = 0, at = 0, width = 3, known = 4;
            foreach (int code in codes)
            {
                bits |= code << at;
                at += width;

                // From the second color on each code adds an entry; the eighth widens the codes.
                known += code < 4 ? 1 : 0;
                width = known > 6 ? 4 : 3;
            }

            return [(byte)bits, (byte)(bits >> 8), (byte)(bits >> 16)];
        }
    }

    /// <summary>An icon that holds one PNG.</summary>
    public static byte[] Ico(int height, int width, int salt)
    {
        byte[] png = Png(height, width, salt);
        return [
            0, 0, 1, 0, 1, 0, (byte)width, (byte)height, 0, 0, 1, 0, 32, 0, .. BitConverter.GetBytes(png.Length), 22, 0, 0, 0,
            .. png
        ];
    }

    /// <summary>The pixels of a row's picture, as the store decodes them.</summary>
    public static byte[] PixelsOf(this ExampleStore store, long row) => store.Value(store.Column("image"), row);

    private static byte[] Encode(int height, int width, int salt, SKEncodedImageFormat format)
    {
        byte[] rgb = Pixels(height, width, salt), rgba = new byte[height * width * 4];
        for (int i = 0; i < height * width; i++)
        {
            rgb.AsSpan(3 * i, 3).CopyTo(rgba.AsSpan(4 * i));
            rgba[(4 * i) + 3] = 255;
        }

        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pin = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            using var image = SKImage.FromPixelCopy(info, pin.AddrOfPinnedObject(), info.RowBytes);
            return image.Encode(format, 100).ToArray();
        }
        finally
        {
            pin.Free();
        }
    }
}
