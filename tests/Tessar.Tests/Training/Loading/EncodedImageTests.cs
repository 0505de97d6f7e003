using SkiaSharp;
using Tessar.Examples;
using Tessar.Examples.Images;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Training.Loading;

namespace Tessar.Tests.Training.Loading;

/// <summary>Pictures that are stored as PNG, of one size or of many, are decoded on the workers.</summary>
public sealed class EncodedImageTests : IDisposable
{
    private static readonly InputNormalization _input = new([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, "random")]
    [InlineData(2, "random")]
    [InlineData(1, "quasi-random")]
    public void Pictures_of_many_sizes_are_brought_to_the_one_that_is_wanted(int workers, string order)
    {
        using ExampleStore store = Store(40);
        ExampleSet set = ExampleSet.Parse(store, "train");
        var size = new ImageShape(9, 11, 3);
        using var loader = new ExampleLoader(
            set, new LoaderOptions { BatchSize = 16, Input = new ImageInput(size, _input), Workers = workers, Order = order });
        Assert.Equal(new ImageInput(size, _input), loader.Input);
        byte[] pixels = new byte[size.Size];
        float[] expected = new float[size.Size];
        List<(int Index, float[] Numbers, long Label)> read = LoaderCases.Read(loader, 0);
        Assert.Equal(Enumerable.Range(0, 40), read.Select(example => example.Index).Order());
        foreach ((int index, float[] numbers, _) in read)
        {
            set.ReadImage(index, size, pixels);
            PixelConversion.Reference(pixels, expected, new PixelScale(_input));
            Assert.Equal(expected, numbers);
        }
    }

    [Fact]
    public void Augmentation_that_cuts_out_a_part_sees_the_picture_in_its_own_size()
    {
        using ExampleStore store = Store(10);
        ExampleSet set = ExampleSet.Parse(store, "train");
        var size = new ImageShape(6, 6, 3);
        using var loader = new ExampleLoader(set, new LoaderOptions
        {
            Input = new ImageInput(size, _input), Augment = ["center-crop", "flip"],
            AugmentSettings = new Dictionary<string, double> { ["center-crop.ratio"] = 0.5, ["flip.probability"] = 0 },
        });
        foreach ((int index, float[] numbers, _) in LoaderCases.Read(loader, 0))
        {
            ImageShape own = store.ImageOf(index).Shape;
            byte[] whole = new byte[own.Size];
            set.ReadImage(index, own, whole);
            int side = Math.Min(own.Height, own.Width) / 2, top = (own.Height - side) / 2, left = (own.Width - side) / 2;
            byte[] part = [.. Enumerable.Range(top, side)
                .SelectMany(y => whole[(((y * own.Width) + left) * 3)..(((y * own.Width) + left + side) * 3)])];
            byte[] wanted = new byte[size.Size];
            Resampling.Resize(part, new ImageShape(side, side, 3), wanted, size);
            float[] expected = new float[size.Size];
            PixelConversion.Reference(wanted, expected, new PixelScale(_input));
            Assert.Equal(expected, numbers);
        }
    }

    [Fact]
    public void Damaged_picture_is_named_with_file_and_row()
    {
        using ExampleStore store = Store(20, damaged: 13);
        using var loader = new ExampleLoader(
            ExampleSet.Parse(store, "train"),
            new LoaderOptions { BatchSize = 5, Input = new ImageInput(new ImageShape(4, 4, 3), _input), Order = "sequential" });
        using LoaderEpoch epoch = loader.Epoch(0);
        for (int i = 0; i < 2; i++)
        {
            Assert.True(epoch.MoveNext());
            epoch.Current.Dispose();
        }

        var error = Assert.Throws<TessarException>(() => epoch.MoveNext());
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains("Example 13", error.Message, StringComparison.Ordinal);
        Assert.Contains("row 13", error.Message, StringComparison.Ordinal);
        Assert.Contains(store.Path, error.Message, StringComparison.Ordinal);
    }

    private ExampleStore Store(int count, int damaged = -1)
    {
        string path = _folder.File("pictures.tess");
        using (var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.RaggedImage("image"), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, count), new StoreSplit("test", count, 0)],
            Classes = ["a", "b"],
        }))
        {
            for (int i = 0; i < count; i++)
            {
                var shape = new ImageShape(8 + (i % 7), 9 + (i % 5), 3);
                writer.Append([
                    StoreValue.Image(ImageCodec.Png, shape, Png(shape, i)),
                    StoreValue.Bytes(BitConverter.GetBytes(i % 2))
                ]);
            }

            writer.Finish();
        }

        if (damaged >= 0)
            Damage(path, Png(new ImageShape(8 + (damaged % 7), 9 + (damaged % 5), 3), damaged));
        return ExampleStore.Open(path);
    }

    // The second half of one picture is lost after the store was made.
    private static void Damage(string path, byte[] png)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.AsSpan().IndexOf(png) + (png.Length / 2), png.Length / 2).Clear();
        File.WriteAllBytes(path, bytes);
    }

    private static byte[] Png(ImageShape shape, int seed)
    {
        using var bitmap = new SKBitmap(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var random = new Random(seed);
        for (int y = 0; y < shape.Height; y++)
        {
            for (int x = 0; x < shape.Width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
