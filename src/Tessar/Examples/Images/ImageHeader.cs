using System.Buffers.Binary;
using Tessar.Examples.Storage;

namespace Tessar.Examples.Images;

/// <summary>What an image file says about itself in its first bytes.</summary>
/// <param name="Format">Kind of file.</param>
/// <param name="Shape">
/// Size; 1 channel for grey, 2 with transparency; 3 for colour, 4 with transparency. Palettes count as colour.
/// </param>
/// <remarks>
/// Images that would need more memory than their file can account for are refused before anything is decoded: more than 2^28
/// pixels, a JPEG of more than 1024 pixels a byte, a PNG whose lines exceed 1032 times the file (the most that deflate can
/// expand), or a WebP or GIF of more than 2^22 pixels and 4096 a byte (they can code an even area in next to nothing).
/// </remarks>
internal readonly record struct ImageHeader(ImageFormat Format, ImageShape Shape)
{
    private const int JpegPixelsPerByte = 1024, DeflateRatio = 1032, EvenPixelsPerByte = 4096, EvenPixels = 1 << 22,
        IconEntryBytes = 16;

    /// <summary>The codec that a store keeps such files by; null when they have to be recoded.</summary>
    public ImageCodec? Codec => Format switch
    {
        ImageFormat.Jpeg => ImageCodec.Jpeg,
        ImageFormat.Png => ImageCodec.Png,
        _ => null,
    };

    /// <summary>True for a file of several frames; the first one is read.</summary>
    public bool IsAnimated { get; init; }

    /// <summary>True when bytes begin as an image does that is read.</summary>
    public static bool IsMark(ReadOnlySpan<byte> start) => FormatOf(start) is { } format
        && (format != ImageFormat.Bmp
        || (start.Length >= 18
        && BinaryPrimitives.ReadUInt32LittleEndian(start[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124));

    /// <summary>Reads the header of an image file.</summary>
    /// <exception cref="FileFormatException">It isn't an image, or one too large to be read.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, ImageSource source)
    {
        ImageHeader header = FormatOf(file) switch
        {
            ImageFormat.Jpeg => OfJpeg(file, source),
            ImageFormat.Png => OfPng(file, source),
            ImageFormat.Bmp => OfBmp(file, source),
            ImageFormat.WebP => OfWebP(file, source),
            ImageFormat.Gif => OfGif(file, source),
            ImageFormat.Ico => OfIco(file, source),
            _ => throw source.Refuse(
                "an image",
                file.IsEmpty
                    ? "nothing"
                    : ForeignImage.NameOf(file) ?? $"the bytes {Convert.ToHexString(file[..Math.Min(8, file.Length)])}"),
        };
        if (!ImageRow.IsLegal(header.Shape))
            throw source.Refuse(
                $"an image of 1 to {ImageRow.MostPixels} pixels", $"{header.Shape.Width} × {header.Shape.Height}");
        return header;
    }

    private static ImageFormat? FormatOf(ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [(byte)'B', (byte)'M', ..] => ImageFormat.Bmp,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] =>
            ImageFormat.WebP,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageFormat.Gif,
        [0, 0, 1, 0, > 0 and <= 64, 0, _, _, _, 0, ..] => ImageFormat.Ico,
        _ => null,
    };

    private static ImageHeader OfGif(ReadOnlySpan<byte> file, ImageSource source)
    {
        (ImageShape shape, bool isAnimated) = GifHeader.Read(file)
            ?? throw source.Refuse("the header of a GIF", $"{file.Length} bytes", file.Length);
        CheckEven(shape, file, source, 6);
        return new ImageHeader(ImageFormat.Gif, shape) { IsAnimated = isAnimated };
    }

    /// <summary>
    /// Entries of 16 bytes from byte 6 on, each of which begins with width and height, 0 for 256; the largest picture is read.
    /// </summary>
    private static ImageHeader OfIco(ReadOnlySpan<byte> file, ImageSource source)
    {
        int count = file[4], height = 0, width = 0;
        if (file.Length < 6 + (count * IconEntryBytes))
            throw source.Refuse($"the header of an ICO with {count} pictures", $"{file.Length} bytes", file.Length);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = file[(6 + (i * IconEntryBytes))..];
            (int wide, int high) = (entry[0] == 0 ? 256 : entry[0], entry[1] == 0 ? 256 : entry[1]);
            if (wide * high > width * height)
                (width, height) = (wide, high);
        }

        return new ImageHeader(ImageFormat.Ico, new ImageShape(height, width, 4));
    }

    private static void CheckEven(ImageShape shape, ReadOnlySpan<byte> file, ImageSource source, int at)
    {
        if ((long)shape.Height * shape.Width > Math.Max(EvenPixels, (long)EvenPixelsPerByte * file.Length))
            throw source.Refuse(
                $"at most {EvenPixelsPerByte} pixels for each of {file.Length} bytes", $"{shape.Width} × {shape.Height}", at);
    }

    /// <summary>
    /// Marker segments up to the frame: FF, code, length (2 bytes, itself included), precision, height, width, components.
    /// </summary>
    private static ImageHeader OfJpeg(ReadOnlySpan<byte> file, ImageSource source)
    {
        for (int at = 2; at + 4 <= file.Length;)
        {
            if (file[at] != 0xFF)
                throw source.Refuse("a JPEG marker", $"the byte {file[at]:X2}", at);
            byte code = file[at + 1];
            if (code is 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                // Padding, or a marker without content.
                at += code == 0xFF ? 1 : 2;
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            bool isFrame = code is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            if (code is 0xD9 or 0xDA || length < (isFrame ? 8 : 2) || length > file.Length - at - 2)
                throw source.Refuse("the frame of a JPEG", $"marker {code:X2} with {length} bytes", at);
            if (!isFrame)
            {
                at += 2 + length;
                continue;
            }

            ReadOnlySpan<byte> frame = file.Slice(at + 4, 6);
            int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), width =
                BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
            if (frame[0] != 8 || frame[5] is not (1 or 3 or 4))
                throw source.Refuse("a JPEG of 8 bits and 1, 3 or 4 components", $"{frame[0]} bits and {frame[5]}", at);
            if ((long)height * width > (long)JpegPixelsPerByte * file.Length)
                throw source.Refuse(
                    $"at most {JpegPixelsPerByte} pixels for each of {file.Length} bytes", $"{width} × {height}", at);
            return new ImageHeader(ImageFormat.Jpeg, new ImageShape(height, width, frame[5] == 1 ? 1 : 3));
        }

        throw source.Refuse("the frame of a JPEG", $"the end of {file.Length} bytes", file.Length);
    }

    /// <summary>The first chunk: length 13, "IHDR", width, height, bits, colour type, compression, filter, interlace.</summary>
    private static ImageHeader OfPng(ReadOnlySpan<byte> file, ImageSource source)
    {
        if (file.Length < 33
            || !file[8..].StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R']))
            throw source.Refuse("the header of a PNG", $"{file.Length} bytes without it", 8);
        uint width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        (int channels, int samples) = file[25] switch
        {
            0 => (1, 1),
            2 => (3, 3),
            3 => (3, 1),
            4 => (2, 2),
            6 => (4, 4),
            _ => throw source.Refuse("a PNG of colour type 0, 2, 3, 4 or 6", $"{file[25]}", 25),
        };
        if (file[24] is not (1 or 2 or 4 or 8 or 16))
            throw source.Refuse("a PNG of 1, 2, 4, 8 or 16 bits", $"{file[24]}", 24);
        Int128 lines = (Int128)height * (1 + (((Int128)width * file[24] * samples) + 7) / 8);
        if (width > int.MaxValue || height > int.MaxValue || lines > (Int128)DeflateRatio * file.Length)
            throw source.Refuse(
                $"at most {DeflateRatio} times the {file.Length} bytes of the file", $"{width} × {height} pixels", 16);
        return new ImageHeader(ImageFormat.Png, new ImageShape((int)height, (int)width, channels));
    }

    /// <summary>
    /// Width and height are signed 32-bit numbers at 18 and 22 (16-bit ones in the oldest kind); a negative height means
    /// top-down.
    /// </summary>
    private static ImageHeader OfBmp(ReadOnlySpan<byte> file, ImageSource source)
    {
        if (file.Length < 26)
            throw source.Refuse("the header of a BMP", $"{file.Length} bytes", file.Length);
        bool isOldest = BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) == 12;
        long width = isOldest
            ? BinaryPrimitives.ReadUInt16LittleEndian(file[18..])
            : BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long height = isOldest
            ? BinaryPrimitives.ReadUInt16LittleEndian(file[20..])
            : Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..]));
        if (width < 1 || height < 1 || width * height > (long)DeflateRatio * file.Length)
            throw source.Refuse($"a BMP that {file.Length} bytes can hold", $"{width} × {height} pixels", 18);
        return new ImageHeader(ImageFormat.Bmp, new ImageShape((int)height, (int)width, 3));
    }

    /// <summary>The first chunk: VP8X (24-bit sizes less one), VP8L (14-bit sizes less one) or VP8 (14-bit sizes).</summary>
    private static ImageHeader OfWebP(ReadOnlySpan<byte> file, ImageSource source)
    {
        if (file.Length < 30)
            throw source.Refuse("the header of a WebP", $"{file.Length} bytes", file.Length);
        ImageShape shape = WebPShape(file, source);
        CheckEven(shape, file, source, 12);

        // Bit 1 of the flags of the extended kind says that there are several frames.
        return new ImageHeader(ImageFormat.WebP, shape) { IsAnimated = file[12..].StartsWith("VP8X"u8) && (file[20] & 2) != 0 };
    }

    private static ImageShape WebPShape(ReadOnlySpan<byte> file, ImageSource source)
    {
        ReadOnlySpan<byte> kind = file.Slice(12, 4);
        if (kind.SequenceEqual("VP8X"u8))
        {
            int width = 1 + (file[24] | (file[25] << 8) | (file[26] << 16)), height = 1
                + (file[27] | (file[28] << 8) | (file[29] << 16));
            return new ImageShape(height, width, (file[20] & 0x10) != 0 ? 4 : 3);
        }

        if (kind.SequenceEqual("VP8L"u8))
        {
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
            int width = 1 + (int)(bits & 0x3FFF), height = 1 + (int)((bits >> 14) & 0x3FFF);
            return new ImageShape(height, width, (bits & (1 << 28)) != 0 ? 4 : 3);
        }

        if (kind.SequenceEqual("VP8 "u8))
        {
            int width = BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3FFF, height =
                BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3FFF;
            return new ImageShape(height, width, 3);
        }

        throw source.Refuse("a WebP of kind VP8, VP8L or VP8X", $"the bytes {Convert.ToHexString(kind)}", 12);
    }
}
