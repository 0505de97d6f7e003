using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Tests.Examples.Images;

public sealed class ExampleSheetTests
{
    [Theory]
    [InlineData(30, 30, 3)] // ten of each of three classes
    [InlineData(3, 3, 1)] // one of each
    [InlineData(2, 2, 1)] // too few for every class
    public void Sheet_shows_as_many_of_each_class_as_fit(int count, int shown, int lines)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 60, 5);
        (byte[] png, int found) = ExampleSheet.Draw(store, count);
        Assert.Equal(shown, found);
        ImageShape shape = ImageDecoder.Probe(png, new ImageSource("sheet")).Shape;

        // Tiles of 4 × 28 pixels.
        Assert.Equal(lines > 1 ? lines : 1, (shape.Height - 84) / 112);
    }

    [Fact]
    public void Enlarged_pixels_stand_unchanged_in_the_sheet()
    {
        using var folder = new TemporaryFolder();
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(2, 2, 3))],
            Splits = [new StoreSplit("all", 0, 1)]
        };
        byte[] pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30];
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
        {
            writer.Append(pixels);
            writer.Finish();
        }

        using var store = ExampleStore.Open(folder.File("a.tess"));
        (byte[] png, _) = ExampleSheet.Draw(store, 9);
        ImageShape shape = ImageDecoder.Probe(png, new ImageSource("sheet")).Shape with { Channels = 3 };
        byte[] sheet = new byte[shape.Size];
        ImageDecoder.Decode(png, shape, sheet, new ImageSource("sheet"));

        // The tile begins at (28, 72); each pixel is 56 × 56.
        for (int y = 0; y < 112; y += 55)
        {
            for (int x = 0; x < 112; x += 55)
            {
                int from = ((Math.Min(y / 56, 1) * 2) + Math.Min(x / 56, 1)) * 3, at = (((72 + y) * shape.Width) + 28 + x) * 3;
                Assert.Equal(pixels[from..(from + 3)], sheet[at..(at + 3)]);
            }
        }
    }

    [Fact]
    public void Pictures_of_several_sizes_fit_into_their_tiles()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = RaggedStores.Make(folder);
        Assert.Equal(12, ExampleSheet.Draw(store, 12).Count);
    }

    [Fact]
    public void Store_without_examples_or_pictures_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore empty = TestStores.Make(folder, 0, 0);
        Assert.Throws<TessarException>(() => ExampleSheet.Draw(empty, 10));
    }
}
