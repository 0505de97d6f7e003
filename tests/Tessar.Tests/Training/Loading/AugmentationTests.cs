using Tessar.Examples;
using Tessar.Examples.Images;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Augmentations;

namespace Tessar.Tests.Training.Loading;

/// <summary>Each augmentation against its definition, pixel by pixel.</summary>
public sealed class AugmentationTests : IDisposable
{
    private const uint Mean = 0x04030201;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int> Channels => [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Channels))]
    public void Flips_and_shifts_read_in_one_pass_are_those_made_step_by_step(int channels)
    {
        var shape = new ImageShape(7, 19, channels);
        byte[] source = Noise(shape);
        var scale = new PixelScale(new InputNormalization(
            [.. Enumerable.Repeat(0.4f, channels)], [.. Enumerable.Repeat(0.3f, channels)]));
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            var image = new AugmentedImage(source, shape, new ImageScratch(), Mean);
            byte[] expected = source;
            for (int step = 0; step < 4; step++)
            {
                if (random.Next(2) == 0)
                {
                    image.Mirror();
                    expected = Where(shape, expected, 0, (y, x) => (y, shape.Width - 1 - x));
                }
                else
                {
                    int down = random.Next(-9, 10), right = random.Next(-21, 22);
                    uint fill = (uint)random.Next();
                    image.Shift(down, right, fill);
                    expected = Where(shape, expected, fill, (y, x) => (y + down, x + right));
                }
            }

            float[] wanted = new float[shape.Size], found = new float[shape.Size];
            PixelConversion.Reference(expected, wanted, scale);
            PlacedRows.Normalize(image.Pixels, found, shape, image.Placement, scale);
            Assert.Equal(wanted, found);
            Assert.Equal(expected, image.Edit().ToArray());
        }
    }

    [Fact]
    public void Flip_mirrors_the_share_of_pictures_that_is_asked_for()
    {
        foreach (double probability in (double[])[0, 0.3, 1])
        {
            int mirrored = 0;
            for (ulong id = 0; id < 10_000; id++)
                mirrored += Applied("flip", new ImageShape(1, 2, 1), [1, 2], id, ("probability", probability)) is [2, 1] ? 1 : 0;
            // Five standard deviations of a binomial.
            Assert.InRange(
                mirrored, (10_000 * probability) - (500 * Math.Sqrt(probability * (1 - probability))),
                (10_000 * probability) + (500 * Math.Sqrt(probability * (1 - probability))));
        }
    }

    [Theory]
    [InlineData("translate", 0, 0)]
    [InlineData("translate", 9, 9)]
    [InlineData("crop", 0, 0)]
    public void Shifts_are_uniform_and_bring_in_the_color_asked_for(string name, double fill, byte border)
    {
        // A single bright pixel in the middle tells where the view went.
        var shape = new ImageShape(9, 9, 1);
        byte[] source = new byte[81];
        source[40] = 255;
        int[] seen = new int[81];
        (string, double)[] numbers = name == "translate" ? [("pad", 2), ("fill", fill)] : [("pad", 2)];
        for (ulong id = 0; id < 10_000; id++)
        {
            byte[] found = Applied(name, shape, source, id, numbers);
            int at = Array.IndexOf(found, (byte)255);
            seen[at]++;
            int down = 4 - (at / 9), right = 4 - (at % 9);
            Assert.Equal(Where(shape, source, border * 0x01010101u, (y, x) => (y + down, x + right)), found);
        }

        // Chi-square over 25 places: mean 24, standard deviation 6.9; 70 is met by chance once in 10^6.
        int[] places = [.. Enumerable.Range(0, 81).Where(at => Math.Abs((at / 9) - 4) <= 2 && Math.Abs((at % 9) - 4) <= 2)
            .Select(at => seen[at])];
        Assert.Equal(10_000, places.Sum());
        Assert.InRange(places.Sum(count => Math.Pow(count - 400, 2) / 400), 0, 70);
    }

    [Fact]
    public void Mean_color_comes_in_where_it_is_asked_for()
    {
        byte[] found = Applied(
            "translate", new ImageShape(1, 1, 3), [9, 9, 9], id: Moved("translate", 1), ("pad", 1), ("fill", -1));
        Assert.Equal([1, 2, 3], found);
        Assert.Equal(0x00808033u, Color.Pack([0.2f, 0.5f, 0.5f]));
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void Reflecting_crop_continues_the_picture_mirrored(int channels)
    {
        var shape = new ImageShape(6, 5, channels);
        byte[] source = Noise(shape);
        var matches = new HashSet<(int, int)>();
        for (ulong id = 0; id < 400; id++)
        {
            byte[] found = Applied("crop", shape, source, id, ("pad", 3), ("reflect", 1));
            (int, int) place = (from down in Enumerable.Range(-3, 7)
                                from right in Enumerable.Range(-3, 7)
                                where Where(shape, source, 0, (y, x) => (Mirrored(y + down, 6), Mirrored(x + right, 5))).AsSpan()
                                    .SequenceEqual(found)
                                select (down, right)).Single();
            matches.Add(place);
        }

        Assert.Equal(49, matches.Count);
        static int Mirrored(int at, int size) => at < 0 ? -at : at >= size ? (2 * (size - 1)) - at : at;
    }

    [Fact]
    public void Cutout_covers_one_square_inside()
    {
        var shape = new ImageShape(6, 8, 3);
        byte[] source = [.. Enumerable.Repeat((byte)200, shape.Size)];
        var corners = new HashSet<int>();
        for (ulong id = 0; id < 600; id++)
        {
            byte[] found = Applied("cutout", shape, source, id, ("size", 3), ("fill", 7));
            int first = Array.IndexOf(found, (byte)7) / 3, top = first / 8, left = first % 8;
            corners.Add(first);
            Assert.Equal(
                Where(
                    shape, source, 0x07070707, (y, x) => y >= top && y < top + 3 && x >= left && x < left + 3 ? (-1, 0) : (y, x)),
                    found);
        }

        Assert.Equal(4 * 6, corners.Count);
    }

    [Fact]
    public void Random_resized_crop_is_a_resized_part_within_the_bounds()
    {
        var shape = new ImageShape(12, 16, 1);
        byte[] source = [.. Enumerable.Range(0, shape.Size).Select(i => (byte)i)];
        Augmentation crop = Make("random-resized-crop", ("minArea", 0.2), ("maxArea", 0.6), ("height", 5), ("width", 4));
        Assert.Equal(new ImageShape(5, 4, 1), crop.Output(shape));
        for (ulong id = 0; id < 100; id++)
        {
            byte[] found = Applied(crop, shape, source, id);
            Assert.Contains(found, _ => true);
            Assert.True(
                (from h in Enumerable.Range(1, 12)
                 from w in Enumerable.Range(1, 16)
                 let area = h * w / 192.0
                 where area is > 0.15 and < 0.67 && (double)w / h is > 1.1 / 2 and < 2 / 1.1
                 from top in Enumerable.Range(0, 13 - h)
                 from left in Enumerable.Range(0, 17 - w)
                 where Resized(source, shape, new CropBox(top, left, h, w), 5, 4).AsSpan().SequenceEqual(found)
                 select 1).Any());
        }
    }

    [Fact]
    public void Picture_in_which_no_crop_fits_is_cropped_in_the_middle()
    {
        // 1 pixel high: a part of at most 4/3 to 1 is a single pixel.
        var shape = new ImageShape(1, 301, 1);
        byte[] source = [.. Enumerable.Range(0, 301).Select(i => (byte)(i == 150 ? 99 : 0))];
        Assert.Equal([99], Applied("random-resized-crop", shape, source, 1, ("minArea", 1), ("height", 1), ("width", 1)));
    }

    [Fact]
    public void Center_crop_and_resize_are_parts_resized()
    {
        var shape = new ImageShape(11, 8, 3);
        byte[] source = Noise(shape);
        Assert.Equal(
            Resized(source, shape, new CropBox(2, 1, 6, 6), 5, 7),
            Applied("center-crop", shape, source, 3, ("ratio", 0.75), ("height", 5), ("width", 7)));
        Assert.Equal(
            Resized(source, shape, new CropBox(0, 0, 11, 8), 20, 4),
            Applied("resize", shape, source, 3, ("height", 20), ("width", 4)));
        Assert.Equal(source, Applied("resize", shape, source, 3));
    }

    [Theory]
    [InlineData("brightness")]
    [InlineData("contrast")]
    [InlineData("saturation")]
    public void Colors_change_by_one_factor_for_the_whole_picture(string name)
    {
        foreach (int channels in (int[])[1, 2, 3, 4])
        {
            var shape = new ImageShape(3, 4, channels);
            byte[] source = Noise(shape);
            double mean = Enumerable.Range(0, 12).Average(i => Gray(source.AsSpan(i * channels, channels)));
            var factors = new List<double>();
            for (ulong id = 0; id < 200; id++)
            {
                byte[] found = Applied(name, shape, source, id, ("amount", 0.5));
                double factor = 1 + (0.5 * ((2 * FirstDraw(id)) - 1));
                factors.Add(factor);
                for (int i = 0; i < found.Length; i++)
                {
                    bool isOpacity = channels is 2 or 4 && i % channels == channels - 1;
                    double about = name switch
                    {
                        "brightness" => 0,
                        "contrast" => mean,
                        _ => Gray(source.AsSpan(i / channels * channels, channels))
                    };
                    bool isFixed = isOpacity || (name == "saturation" && channels < 3);
                    double expected = isFixed ? source[i] : Math.Clamp(about + ((source[i] - about) * factor), 0, 255);
                    Assert.InRange(found[i], expected - 0.501, expected + 0.501);
                }
            }

            Assert.InRange(factors.Average(), 0.9, 1.1);
        }
    }

    [Theory]
    [InlineData("cutout", "size", 7, "at most 6")]
    [InlineData("crop", "pad", 6, "below 6")]
    public void Augmentation_that_does_not_fit_the_pictures_says_so(string name, string number, double value, string expected)
    {
        Augmentation augmentation = name == "crop" ? Make(name, (number, value), ("reflect", 1)) : Make(name, (number, value));
        var error = Assert.Throws<TessarException>(() => augmentation.Output(new ImageShape(6, 9, 1)));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_augmentation_gives_a_picture_of_the_size_it_promises()
    {
        foreach (string name in Augmentation.Choices.Names)
        {
            foreach (int channels in (int[])[1, 2, 3, 4])
            {
                var shape = new ImageShape(17, 23, channels);
                Augmentation augmentation = Make(name);
                Assert.Equal(shape, augmentation.Output(shape));
                byte[] source = Noise(shape), before = [.. source];
                for (ulong id = 0; id < 20; id++)
                    Assert.Equal(shape.Size, Applied(augmentation, shape, source, id).Length);
                Assert.Equal(before, source);
            }
        }
    }

    [Fact]
    public void Mixup_blends_each_picture_with_the_one_before_it()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 50);
        var set = ExampleSet.Parse(store, "train");
        var options = new LoaderOptions { BatchSize = 20 };
        using var plain = new ExampleLoader(set, options);
        var images = LoaderCases.Read(plain, 1).ToDictionary(example => example.Index, example => example.Numbers);
        foreach (int workers in (int[])[0, 2])
        {
            using var mixed = new ExampleLoader(set, options with { Mixup = 0.4, Workers = workers });
            var weights = new List<float>();
            foreach (LoadedBatch batch in mixed.Epoch(1))
            {
                using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
                float[] found = batch.Inputs.contiguous().data<float>().ToArray();
                float weight = batch.MixWeight;
                weights.Add(weight);
                for (int i = 0; i < found.Length; i++)
                {
                    int image = i / 54, partner = (image + batch.Count - 1) % batch.Count;
                    Assert.Equal(
                        (weight * images[batch.Indices[image]][i % 54]) + ((1 - weight) * images[batch.Indices[partner]][i % 54]),
                        found[i], 1e-5f);
                }

                batch.Dispose();
            }

            Assert.Equal(3, weights.Distinct().Count());
            Assert.All(weights, weight => Assert.InRange(weight, 0, 1));
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void Weights_of_mixup_have_the_moments_of_their_distribution(double alpha)
    {
        double[] weights = [.. Enumerable.Range(0, 20_000).Select(i => (double)Mixup.Weight(alpha, 7, i))];
        double variance = 1 / (4 * ((2 * alpha) + 1)), error = Math.Sqrt(variance / weights.Length);
        Assert.InRange(weights.Average(), 0.5 - (5 * error), 0.5 + (5 * error));
        Assert.InRange(weights.Average(weight => Math.Pow(weight - 0.5, 2)), variance * 0.95, variance * 1.05);
    }

    [Fact]
    public void Draws_are_the_words_of_the_generator_in_order()
    {
        Span<uint> words = stackalloc uint[8];
        Philox.Block(11, 3, 5, words[..4]);
        Philox.Block(11, 3 | (1UL << 32), 5, words[4..]);
        var draws = new Draws(5, 11, 3);
        foreach (uint word in words)
            Assert.Equal(word, draws.NextWord());
        Assert.Equal(
            8,
            new[] { Draws.Key(1, 0), Draws.Key(1, 1), Draws.Key(2, 0), Draws.Key(2, 1), Draws.Key(0, 0), Draws.Key(0, 1),
                Draws.Key(0, 2), Draws.Key(1, 2) }.Distinct().Count());
    }

    private static double FirstDraw(ulong id)
    {
        var draws = new Draws(1, id, 0);
        return draws.NextSingle();
    }

    // An id for which the first augmentation shifts the view off a picture of one pixel.
    private static ulong Moved(string name, int pad)
    {
        for (ulong id = 0; ; id++)
        {
            if (Applied(name, new ImageShape(1, 1, 3), [9, 9, 9], id, ("pad", pad))[0] == 0)
                return id;
        }
    }

    private static double Gray(ReadOnlySpan<byte> pixel) =>
        pixel.Length >= 3 ? (0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]) : pixel[0];

    private static byte[] Resized(byte[] source, ImageShape shape, CropBox box, int height, int width)
    {
        ImageShape part = shape with { Height = box.Height, Width = box.Width }, wanted = shape with
        {
            Height = height,
            Width = width
        };
        byte[] cut = Where(part, source, 0, (y, x) => (y + box.Top, x + box.Left), shape), target = new byte[wanted.Size];
        Resampling.Resize(cut, part, target, wanted);
        return target;
    }

    /// <summary>Pixel by pixel from where a function says; the fill for places outside.</summary>
    private static byte[] Where(
        ImageShape shape, byte[] source, uint fill, Func<int, int, (int Y, int X)> from, ImageShape? of = null)
    {
        ImageShape whole = of ?? shape;
        byte[] target = new byte[shape.Size];
        for (int i = 0; i < target.Length; i++)
        {
            int channel = i % shape.Channels, x = i / shape.Channels % shape.Width, y = i / shape.Channels / shape.Width;
            (int fromY, int fromX) = from(y, x);
            bool isInside = fromY >= 0 && fromY < whole.Height && fromX >= 0 && fromX < whole.Width;
            target[i] = isInside
                ? source[(((fromY * whole.Width) + fromX) * shape.Channels) + channel]
                : (byte)(fill >> (8 * channel));
        }

        return target;
    }

    private static byte[] Noise(ImageShape shape)
    {
        byte[] bytes = new byte[shape.Size];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private static Augmentation Make(string name, params (string Key, double Value)[] numbers)
    {
        List<string> violations = [];
        NamedSettings settings = Augmentation.Choices.Resolve(
            name, numbers.Select(n => new KeyValuePair<string, double?>(n.Key, n.Value)), violations);
        Assert.Empty(violations);
        return Augmentation.Choices.Create(settings);
    }

    private static byte[] Applied(
        string name, ImageShape shape, byte[] source, ulong id, params (string Key, double Value)[] numbers)
    {
        Augmentation augmentation = Make(name, numbers);
        augmentation.Output(shape);
        return Applied(augmentation, shape, source, id);
    }

    private static byte[] Applied(Augmentation augmentation, ImageShape shape, byte[] source, ulong id)
    {
        var image = new AugmentedImage(source, shape, new ImageScratch(), Mean);
        var draws = new Draws(1, id, 0);
        augmentation.Apply(ref image, ref draws);
        return image.Edit().ToArray();
    }
}
