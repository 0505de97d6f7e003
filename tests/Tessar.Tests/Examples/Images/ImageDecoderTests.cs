using System.Buffers.Binary;
using CsCheck;
using SkiaSharp;
using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Tests.Examples.Images;

public sealed class ImageDecoderTests
{
    private static readonly ImageSource _source = new("picture", 1000, 3);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Png_comes_back_pixel_for_pixel(int channels) => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40]).Sample(
        (height, width) =>
        {
            var shape = new ImageShape(height, width, channels);
            byte[] pixels = RaggedStores.Pixels(height, shape);

            // Colour under full transparency isn't kept by the encoder.
            for (int i = 3; channels == 4 && i < pixels.Length; i += 4)
                pixels[i] = 255;
            pixels[^1] = channels == 4 ? (byte)254 : pixels[^1];
            byte[] file = RaggedStores.Encode(ImageCodec.Png, shape, pixels);
            Assert.Equal(new ImageHeader(ImageFormat.Png, shape), ImageDecoder.Probe(file, _source));
            Assert.Equal(pixels, Decode(file, shape));
        },
        iter: 40);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Jpeg_comes_back_nearly(int channels)
    {
        // A smooth ramp, which JPEG keeps within a few levels.
        var shape = new ImageShape(24, 40, channels);
        byte[] pixels = [.. Enumerable.Range(0, shape.Size).Select(i => (byte)(40 + (i / channels % 40 * 3)))];
        byte[] file = RaggedStores.Encode(ImageCodec.Jpeg, shape, pixels);
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, shape), ImageDecoder.Probe(file, _source));
        byte[] found = Decode(file, shape);
        Assert.All(found.Zip(pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 6));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Webp)]
    [InlineData(SKEncodedImageFormat.Png)]
    public void Formats_are_told_by_their_bytes(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(5, 7, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(10, 200, 30));
        using SKData data = bitmap.Encode(format, 100);
        byte[] file = data.ToArray();
        ImageHeader header = ImageDecoder.Probe(file, _source);
        Assert.Equal((7, 5), (header.Shape.Height, header.Shape.Width));
        Assert.Equal(format == SKEncodedImageFormat.Png ? ImageCodec.Png : null, header.Codec);
        byte[] pixels = Decode(file, new ImageShape(7, 5, 3));
        Assert.InRange(pixels[1], 196, 204);
    }

    [Theory]
    [InlineData(24, false)]
    [InlineData(24, true)]
    public void Bmp_is_read_in_both_directions(short bits, bool isTopDown)
    {
        // Two rows of one pixel: below (blue 1, green 2, red 3), above (4, 5, 6), each padded to four bytes.
        byte[] file = new byte[54 + 8];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), isTopDown ? -2 : 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), bits);
        ((byte[])[1, 2, 3, 0, 4, 5, 6, 0]).CopyTo(file, 54);
        byte[] expected = isTopDown ? [3, 2, 1, 6, 5, 4] : [6, 5, 4, 3, 2, 1];
        Assert.Equal(expected, Decode(file, new ImageShape(2, 1, 3)));
    }

    [Fact]
    public void Target_of_another_size_equals_decoding_and_resizing()
    {
        var shape = new ImageShape(20, 30, 3);
        byte[] pixels = RaggedStores.Pixels(1, shape), expected = new byte[7 * 50];
        Pixels.Fit(pixels, shape, expected, new ImageShape(7, 50, 1));
        Assert.Equal(expected, Decode(RaggedStores.Encode(ImageCodec.Png, shape, pixels), new ImageShape(7, 50, 1)));
    }

    [Fact]
    public void Image_cut_anywhere_is_refused_with_file_row_and_place()
    {
        var shape = new ImageShape(9, 9, 3);
        foreach (ImageCodec codec in (ImageCodec[])[ImageCodec.Jpeg, ImageCodec.Png])
        {
            byte[] file = RaggedStores.Encode(codec, shape, RaggedStores.Pixels(2, shape));

            // The checksums and the last chunk of a PNG, 21 bytes, carry no pixels.
            for (int length = 0; length < file.Length - (codec == ImageCodec.Png ? 22 : 0); length++)
            {
                FileFormatException error = Assert.Throws<FileFormatException>(() => Decode(file.AsSpan(0, length), shape));
                Assert.Equal("picture", error.Path);
                Assert.InRange(error.Offset!.Value, 1000, 1000 + length);
                Assert.Contains("in row 3", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(60_000, 60_000)]
    [InlineData(2_000_000_000, 1)]
    [InlineData(20_000, 10_000)]
    [InlineData(0, 5)]
    public void Png_that_claims_more_than_its_file_can_hold_is_refused_before_decoding(uint width, uint height)
    {
        byte[] file = RaggedStores.Encode(ImageCodec.Png, new ImageShape(4, 4, 3), new byte[48]);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), height);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FileFormatException>(() => Decode(file, new ImageShape(4, 4, 3)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(60_000, 60_000)]
    [InlineData(4_000, 4_000)]
    [InlineData(0, 4)]
    public void Jpeg_that_claims_more_than_its_file_can_hold_is_refused_before_decoding(ushort width, ushort height)
    {
        byte[] file = RaggedStores.Encode(ImageCodec.Jpeg, new ImageShape(4, 4, 3), new byte[48]);
        int frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), width);
        Assert.Throws<FileFormatException>(() => Decode(file, new ImageShape(4, 4, 3)));
    }

    [Fact]
    public void Webp_that_claims_more_than_its_file_can_hold_is_refused_before_decoding()
    {
        byte[] file = WebP(new ImageShape(4, 4, 3), new byte[48]);
        Assert.True(file.AsSpan(12).StartsWith("VP8"u8));
        byte[] claim = [
            .. file.AsSpan(0, 12), .. "VP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x3F, 0, 0xFE, 0x3F, 0, .. file.AsSpan(12)
        ];
        FileFormatException error = Assert.Throws<FileFormatException>(() => Decode(claim, new ImageShape(4, 4, 3)));
        Assert.Contains("16384 × 16383", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_flipped_bit_of_a_png_gives_the_same_pixels_or_the_named_error()
    {
        var shape = new ImageShape(5, 6, 3);
        byte[] pixels = RaggedStores.Pixels(3, shape), file = RaggedStores.Encode(ImageCodec.Png, shape, pixels);
        int refused = 0;
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(pixels, Decode(changed, shape));
            }
            catch (FileFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 4 * file.Length, 8 * file.Length);
    }

    [Theory]
    [InlineData(65535, 65535)]
    [InlineData(4096, 4096)]
    [InlineData(0, 5)]
    public void Gif_that_claims_more_than_its_file_can_hold_is_refused_before_decoding(ushort width, ushort height)
    {
        byte[] file = Importers.Photos.Gif(frames: 1);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(6), width);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), height);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FileFormatException>(() => Decode(file, new ImageShape(2, 2, 3)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Changed_bytes_give_pixels_or_the_named_error() => Gen.Select(
        Gen.Int[0, 2], Gen.Select(Gen.Int[0, 4000], Gen.Byte).Array[1, 5]).Sample(
        (kind, changes) =>
        {
            var shape = new ImageShape(11, 13, 3);
            byte[] pixels = RaggedStores.Pixels(1, shape);
            byte[] file = kind < 2
                ? RaggedStores.Encode(kind == 0 ? ImageCodec.Png : ImageCodec.Jpeg, shape, pixels)
                : WebP(shape, pixels);
            foreach ((int at, byte value) in changes)
                file[at % file.Length] = value;
            try
            {
                Decode(file, new ImageShape(3, 3, 3));
            }
            catch (FileFormatException e)
            {
                Assert.Equal("picture", e.Path);
            }
        },
        iter: 2000, threads: 1);

    [Fact]
    public void Other_bytes_are_refused() => Gen.Byte.Array[0, 40].Sample(
        bytes => Assert.Throws<FileFormatException>(() => Decode(bytes, new ImageShape(1, 1, 1))), iter: 200);

    private static byte[] WebP(ImageShape shape, byte[] pixels)
    {
        byte[] wide = new byte[shape.Height * shape.Width * 4];
        Pixels.Convert(pixels, 3, wide, 4);
        using SKImage image = SKImage.FromPixelCopy(
            new SKImageInfo(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), wide);
        using SKData data = image.Encode(SKEncodedImageFormat.Webp, 100);
        return data.ToArray();
    }

    private static byte[] Decode(ReadOnlySpan<byte> file, ImageShape shape)
    {
        byte[] pixels = new byte[shape.Size];
        ImageDecoder.Decode(file, shape, pixels, _source);
        return pixels;
    }
}
