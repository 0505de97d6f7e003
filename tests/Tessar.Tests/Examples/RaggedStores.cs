using System.Text;
using SkiaSharp;
using Tessar.Examples;
using Tessar.Examples.Images;
using Tessar.Tensors;

namespace Tessar.Tests.Examples;

/// <summary>Small stores of pictures, text and compressed numbers with known content.</summary>
internal static class RaggedStores
{
    /// <summary>Every kind of column, two of them compressed.</summary>
    public static StoreLayout Layout(long train, long test, bool hasIds = false) => new()
    {
        Columns =
        [
            StoreColumn.RaggedImage("image"), StoreColumn.Scalar("label", ElementType.I32), StoreColumn.Text("caption", "zstd"),
            StoreColumn.Bytes("sound"), StoreColumn.Json("facts", "lz4"),
            StoreColumn.Tensor("vector", ElementType.F32, 5).WithCodec("lz4"), StoreColumn.Tensor("dense", ElementType.U8, 3),
        ],
        Splits = [new StoreSplit("train", 0, train), new StoreSplit("test", 0, test)],
        Classes = ["ant", "bee", "cat"],
        HasIds = hasIds,
        PageSize = 65536,
    };

    /// <summary>Size and codec of a row's picture: raw, JPEG and PNG in turn, grey and colour, 1 to 23 pixels a side.</summary>
    public static (ImageCodec Codec, ImageShape Shape) Kind(long row) => ((ImageCodec)(row % 3), new ImageShape(
        1 + (int)(row * 7 % 23), 1 + (int)(row * 5 % 19), row % 3 == 1 || row % 2 == 0 ? 3 : 1));

    /// <summary>The row's pixels, before a JPEG loses some of them.</summary>
    public static byte[] Pixels(long row, ImageShape shape) =>
        [.. Enumerable.Range(0, shape.Size).Select(i => (byte)((i * 3) + (row * 11) + (i / 7 % 5 * 20)))];

    /// <summary>The row's picture as it is stored.</summary>
    public static StoreValue Image(long row)
    {
        (ImageCodec codec, ImageShape shape) = Kind(row);
        byte[] pixels = Pixels(row, shape);
        return StoreValue.Image(codec, shape, codec == ImageCodec.Raw ? pixels : Encode(codec, shape, pixels));
    }

    public static string Caption(long row) => string.Concat(Enumerable.Repeat($"Zeile {row} ✓ ", (int)(row % 50)));

    public static byte[] Sound(long row) => [.. Enumerable.Range(0, (int)(row * 37 % 90)).Select(i => (byte)(i ^ row))];

    public static string Facts(long row) =>
        $"{{\"row\":{row},\"tags\":[{string.Join(',', Enumerable.Repeat("1", (int)(row % 9)))}]}}";

    public static byte[] Vector(long row) => [.. Enumerable.Range(0, 5).SelectMany(i => BitConverter.GetBytes(row + (i / 4f)))];

    public static StoreValue[] Row(long row) =>
    [
        Image(row), StoreValue.Bytes(BitConverter.GetBytes((int)(row % 3))),
        StoreValue.Bytes(Encoding.UTF8.GetBytes(Caption(row))),
        StoreValue.Bytes(Sound(row)), StoreValue.Bytes(Encoding.UTF8.GetBytes(Facts(row))), StoreValue.Bytes(Vector(row)),
        StoreValue.Bytes((byte[])[(byte)row, 1, 2]),
    ];

    public static string Write(string path, long train, long test, bool hasIds = false, int workers = 0)
    {
        using var writer = ExampleStoreWriter.Create(path, Layout(train, test, hasIds), workers);
        for (long row = 0; row < train + test; row++)
            writer.Append(Row(row), hasIds ? (ulong)(1000 - row) : null);
        return writer.Finish();
    }

    public static ExampleStore Make(TemporaryFolder folder, long train = 30, long test = 12)
    {
        Write(folder.File("store.tess"), train, test);
        return ExampleStore.Open(folder.File("store.tess"));
    }

    /// <summary>An image file of these pixels: grey (1), colour (3) or colour with transparency (4).</summary>
    public static byte[] Encode(ImageCodec codec, ImageShape shape, ReadOnlySpan<byte> pixels)
    {
        bool isGray = shape.Channels == 1;
        var info = new SKImageInfo(
            shape.Width, shape.Height, isGray ? SKColorType.Gray8 : SKColorType.Rgba8888,
            shape.Channels == 4 ? SKAlphaType.Unpremul : SKAlphaType.Opaque);
        byte[] wide = new byte[shape.Height * shape.Width * (isGray ? 1 : 4)];
        Tessar.Examples.Images.Pixels.Fit(pixels, shape, wide, shape with { Channels = isGray ? 1 : 4 });
        using SKImage image = SKImage.FromPixelCopy(info, wide);
        using SKData data = image.Encode(codec == ImageCodec.Jpeg ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, 90);
        return data.ToArray();
    }

    /// <summary>What a reader has to see of a row's picture.</summary>
    public static byte[] Decoded(long row)
    {
        (ImageCodec codec, ImageShape shape) = Kind(row);
        if (codec != ImageCodec.Jpeg)
            return Pixels(row, shape);
        byte[] pixels = new byte[shape.Size];
        ImageDecoder.Decode(Encode(codec, shape, Pixels(row, shape)), shape, pixels, new ImageSource("test"));
        return pixels;
    }
}
