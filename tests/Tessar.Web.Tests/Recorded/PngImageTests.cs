using Tessar.Examples;
using Tessar.Web.Recorded;

namespace Tessar.Web.Tests.Recorded;

public sealed class PngImageTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(28, 28, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(32, 32, 3)]
    [InlineData(2, 7, 4)]
    public void Any_image_comes_back_as_it_was(int height, int width, int channels)
    {
        var shape = new ImageShape(height, width, channels);
        byte[] pixels = new byte[shape.Size];
        var random = new RandomStream(5, "pixels");
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.NextInt32(256);

        (ImageShape found, byte[] read) = PngReader.Read(PngImage.Encode(pixels, shape));

        Assert.Equal(shape, found);
        Assert.Equal(pixels, read);
    }

    [Fact]
    public void Bytes_that_do_not_fit_the_shape_are_refused() =>
        Assert.Throws<ArgumentException>(() => PngImage.Encode(new byte[5], new ImageShape(2, 2, 1)));
}
