using Tessar.Runs.Retraining;
using Tessar.Tensors;

namespace Tessar.Tests.Runs.Retraining;

public sealed class ExampleMasksTests
{
    [Theory]
    [InlineData("half", 10, 5)]
    [InlineData("half", 11, 6)] // 5.5 is rounded up
    [InlineData("exact:0.3", 10, 3)]
    [InlineData("all", 10, 10)]
    public void A_mask_of_exact_size_holds_that_share(string rule, int examples, int size)
    {
        var masks = ExampleMasks.Parse(rule, 50, examples, seed: 3);
        Assert.All(Enumerable.Range(0, 50), mask => Assert.Equal(size, masks.Indices(mask).Length));
    }

    [Fact]
    public void Every_example_and_every_pair_is_drawn_as_often_as_chance_says()
    {
        const int count = 4000, examples = 12;
        var masks = ExampleMasks.ExactSize(count, examples, 0.5, seed: 1);
        var alone = new int[examples];
        var pairs = new int[examples, examples];
        byte[] row = new byte[examples];
        for (int mask = 0; mask < count; mask++)
        {
            masks.Fill(mask, row);
            for (int i = 0; i < examples; i++)
            {
                alone[i] += row[i];
                for (int j = 0; j < i; j++)
                    pairs[i, j] += row[i] & row[j];
            }
        }

        // p = ½ alone, ½ · 5/11 as a pair; five standard errors of a binomial.
        Assert.All(alone, drawn => Assert.InRange(drawn, 2000 - 5 * 31.7, 2000 + 5 * 31.7));
        double pair = 0.5 * 5 / 11, error = Math.Sqrt(count * pair * (1 - pair));
        Assert.All(Enumerable.Range(1, examples - 1).SelectMany(i => Enumerable.Range(0, i).Select(j => pairs[i, j])), drawn =>
            Assert.InRange(drawn, count * pair - 5 * error, count * pair + 5 * error));
    }

    [Fact]
    public void Independent_masks_have_the_size_of_a_binomial()
    {
        var masks = ExampleMasks.Independent(1000, 100, 0.2, seed: 1);
        double[] sizes = [.. Enumerable.Range(0, 1000).Select(mask => (double)masks.Indices(mask).Length)];
        double mean = sizes.Average(), variance = sizes.Select(size => (size - mean) * (size - mean)).Average();
        Assert.InRange(mean, 20 - 5 * 4 / Math.Sqrt(1000), 20 + 5 * 4 / Math.Sqrt(1000));
        Assert.InRange(variance, 16 - 5 * 16 * Math.Sqrt(2.0 / 1000), 16 + 5 * 16 * Math.Sqrt(2.0 / 1000));
    }

    [Fact]
    public void A_mask_depends_on_seed_and_number_only_not_on_how_many_there_are()
    {
        var few = ExampleMasks.Parse("half", 3, 100, seed: 5);
        var many = ExampleMasks.Parse("half", 1000, 100, seed: 5);
        Assert.Equal(few.Indices(2), many.Indices(2));
        Assert.NotEqual(few.Indices(2), few.Indices(1));
        Assert.NotEqual(few.Indices(2), ExampleMasks.Parse("half", 3, 100, seed: 6).Indices(2));
    }

    [Fact]
    public void Masks_of_a_file_are_read_as_they_stand()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, [1, 0, 1, 0, 1, 1], 2, 3);
        var masks = ExampleMasks.Parse(path, 0, 3, seed: 1);
        Assert.Equal([0, 2], masks.Indices(0));
        Assert.Equal([1, 2], masks.Indices(1));
    }

    [Theory]
    [InlineData(4, 2, "masks for 4 training examples")]
    [InlineData(3, 3, "3 masks, as asked for")]
    public void Masks_of_a_file_that_do_not_fit_are_refused(int examples, int count, string said)
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, [1, 0, 1, 0, 1, 1], 2, 3);
        Assert.Contains(
            said, Assert.Throws<FileFormatException>(() => ExampleMasks.Parse(path, count, examples, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_another_byte_than_0_and_1_is_refused()
    {
        using var folder = new TemporaryFolder();
        var masks = ExampleMasks.Load(Write(folder, [1, 0, 2, 0, 1, 1], 2, 3), 3);
        Assert.Contains("mask 0", Assert.Throws<FileFormatException>(() => masks.Indices(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_that_selects_nothing_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        var masks = ExampleMasks.Load(Write(folder, [1, 0, 1, 0, 0, 0], 2, 3), 3);
        Assert.Contains("Mask 1", Assert.Throws<TessarException>(() => masks.Indices(1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "selects nothing", Assert.Throws<ArgumentException>(() => ExampleMasks.Parse("exact:0.01", 1, 10, 1)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exact:0")]
    [InlineData("exact:1.5")]
    [InlineData("exact:NaN")]
    [InlineData("independent:-1")]
    [InlineData("exact:many")]
    [InlineData("third")]
    public void A_rule_that_means_nothing_is_refused(string rule) =>
        Assert.ThrowsAny<ArgumentException>(() => ExampleMasks.Parse(rule, 1, 10, 1));

    private static string Write(TemporaryFolder folder, byte[] masks, int count, int examples)
    {
        string path = folder.File("masks.safetensors");
        var writer = new SafetensorsWriter();
        writer.Add("masks", masks, count, examples);
        writer.Save(path);
        return path;
    }
}
