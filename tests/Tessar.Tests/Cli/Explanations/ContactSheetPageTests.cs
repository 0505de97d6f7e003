using Tessar.Cli.Explanations;
using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Tests.Cli.Explanations;

public sealed class ContactSheetPageTests
{
    [Fact]
    public void Images_of_target_proponents_and_opponents_stand_enlarged_pixel_for_pixel_in_their_order()
    {
        using var examples = new ExplainedExamples(targets: 1);
        Sheet sheet = Sheet.Of(examples.Explanation);

        // The target's 8 pixels become 224, those of training images 112.
        (int x, int y) target = sheet.Find(ExplainedExamples.PixelsOf(examples.Targets, 0), 28);
        (int x, int y)[] raised = [.. examples.Matrix.Proponents(0, 8)
            .Select(one => sheet.Find(ExplainedExamples.PixelsOf(examples.Train, one.Train), 14))];
        (int x, int y)[] lowered = [.. examples.Matrix.Opponents(0, 8)
            .Select(one => sheet.Find(ExplainedExamples.PixelsOf(examples.Train, one.Train), 14))];
        Assert.All(raised, place => Assert.Equal(raised[0].y, place.y));
        Assert.All(lowered, place => Assert.Equal(lowered[0].y, place.y));
        Assert.Equal(raised.Select(place => place.x).Order(), raised.Select(place => place.x));
        Assert.Equal(raised.Select(place => place.x), lowered.Select(place => place.x));
        Assert.True(target.x + 224 < raised[0].x && lowered[0].y > raised[0].y + 112 && raised[7].x + 112 < sheet.Shape.Width);
    }

    [Fact]
    public void Paper_is_opaque_and_light_and_has_text_beneath_the_images()
    {
        using var examples = new ExplainedExamples(targets: 1);
        Sheet sheet = Sheet.Of(examples.Explanation);
        Assert.Equal([0xF7, 0xF8, 0xFA], sheet.Pixel(0, 0));
        (int x, int y) = sheet.Find(ExplainedExamples.PixelsOf(examples.Train, examples.Matrix.Proponents(0, 1)[0].Train), 14);
        int inked = Enumerable.Range(x, 112)
            .Sum(column => Enumerable.Range(y + 114, 50).Count(line => sheet.Pixel(column, line)[0] < 0x80));
        Assert.InRange(inked, 100, 3000); // letters, neither empty nor a block
    }

    [Fact]
    public void Picture_holds_twenty_targets_and_grows_with_them()
    {
        int Height(int targets)
        {
            using var examples = new ExplainedExamples(targets);
            return Sheet.Of(examples.Explanation).Shape.Height;
        }

        int one = Height(1), two = Height(2), twenty = Height(20);
        Assert.Equal(19 * (two - one), twenty - one);
        Assert.Equal(18, Height(25) - twenty); // a line that says so
    }

    [Fact]
    public void Examples_with_a_score_of_the_other_sign_are_not_drawn()
    {
        using var examples = new ExplainedExamples(targets: 1, (i, _) => i == 4 ? 1 : -1 - i);
        Sheet sheet = Sheet.Of(examples.Explanation);
        sheet.Find(ExplainedExamples.PixelsOf(examples.Train, 4), 14);
        Assert.Single(examples.Explanation.Raised(0, 8));
        Assert.Equal(8, examples.Explanation.Lowered(0, 8).Count);
        using var equal = new ExplainedExamples(targets: 1, (_, _) => 0);
        Assert.NotEqual(0, Sheet.Of(equal.Explanation).Shape.Height);
    }

    private sealed record Sheet(ImageShape Shape, byte[] Pixels)
    {
        public static Sheet Of(Explanation explanation)
        {
            byte[] png = ContactSheetPage.Draw(explanation);
            ImageShape shape = ImageDecoder.Probe(png, new ImageSource("sheet")).Shape with { Channels = 3 };
            byte[] pixels = new byte[shape.Size];
            ImageDecoder.Decode(png, shape, pixels, new ImageSource("sheet"));
            return new Sheet(shape, pixels);
        }

        public ReadOnlySpan<byte> PixelSpan(int x, int y) => Pixels.AsSpan(((y * Shape.Width) + x) * 3, 3);

        public byte[] Pixel(int x, int y) => PixelSpan(x, y).ToArray();

        /// <summary>The one place of an 8×8 image each of whose pixels has become factor × factor pixels.</summary>
        public (int X, int Y) Find(byte[] image, int factor)
        {
            var found = new List<(int X, int Y)>();
            for (int y = 0; y + (8 * factor) <= Shape.Height; y++)
            {
                for (int x = 0; x + (8 * factor) <= Shape.Width; x++)
                {
                    if (IsAt(image, factor, x, y))
                        found.Add((x, y));
                }
            }

            return Assert.Single(found);
        }

        private bool IsAt(byte[] image, int factor, int x, int y)
        {
            for (int i = 0; i < 64; i++)
            {
                // Both corners of what one pixel has become.
                foreach (int corner in (ReadOnlySpan<int>)[0, factor - 1])
                {
                    ReadOnlySpan<byte> there = PixelSpan(x + (i % 8 * factor) + corner, y + (i / 8 * factor) + corner);
                    if (there[0] != image[i] || there[1] != image[i] || there[2] != image[i])
                        return false;
                }
            }

            return true;
        }
    }
}
