using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class ExampleSetTests
{
    [Theory]
    [InlineData("train", "train", 0, 10, "train:0-9")]
    [InlineData("test", "test", 0, 5, "test:0-4")]
    [InlineData("train:0-9", "train", 0, 10, "train:0-9")]
    [InlineData("test:1-3", "test", 1, 3, "test:1-3")]
    [InlineData("test:4", "test", 4, 1, "test:4-4")]
    public void Ranges_are_read_with_both_ends_included(string range, string split, int first, int count, string text)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        var set = ExampleSet.Parse(store, range);
        Assert.Equal((split, first, count, text), (set.Split, set.First, set.Count, set.ToString()));
        var again = ExampleSet.Parse(store, set.ToString());
        Assert.Equal((set.Split, set.First, set.Count), (again.Split, again.First, again.Count));
    }

    [Theory]
    [InlineData("dev", "train (10 examples), test (5 examples)")]
    [InlineData("train:", "isn't a range")]
    [InlineData("train:3-", "isn't a range")]
    [InlineData("train:-3", "isn't a range")]
    [InlineData("train:3-2", "isn't a range")]
    [InlineData("train:1-2-3", "isn't a range")]
    [InlineData("train:1,2", "isn't a range")]
    [InlineData("train:+1-2", "isn't a range")]
    [InlineData("train:1 -2", "isn't a range")]
    [InlineData("train:2147483647", "isn't a range")]
    [InlineData("train:99999999999999999999", "isn't a range")]
    [InlineData("train:0-10", "has examples 0 to 9")]
    [InlineData("test:5", "has examples 0 to 4")]
    [InlineData("train:0-2147483646", "has examples 0 to 9")]
    [InlineData(":0-1", "isn't a split")]
    public void Ranges_that_are_malformed_or_outside_say_what_is_there(string range, string message)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        Assert.Contains(
            message, Assert.ThrowsAny<ArgumentException>(() => ExampleSet.Parse(store, range)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_count_from_the_first_of_the_range()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        var set = new ExampleSet(store, "test", 1, 3);
        Assert.Equal([11L, 12, 13], Enumerable.Range(0, 3).Select(set.Row));
        Assert.Equal([2, 0, 1], Enumerable.Range(0, 3).Select(set.Label));
        Assert.Equal(TestStores.Row(12)[..24], set.Image(1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Row(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Row(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Image(3).Length);
    }

    [Fact]
    public void Empty_split_has_no_set()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 10, 0);
        Assert.Contains(
            "is empty", Assert.ThrowsAny<ArgumentException>(() => ExampleSet.Parse(store, "test")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Overlaid_labels_hide_the_stored_ones()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        var labels = LabelOverlay.Plant(store, "train", 0.3, 5);
        var set = ExampleSet.Parse(store, "train:2-9", labels);
        for (int i = 0; i < set.Count; i++)
        {
            Assert.Equal((i + 2) % 3, set.StoredLabel(i));
            Assert.Equal(labels.Edits.TryGetValue(i + 2, out int label) ? label : (i + 2) % 3, set.Label(i));
        }
    }

    [Fact]
    public void Store_without_images_or_labels_says_so_when_they_are_asked_for()
    {
        using var folder = new TemporaryFolder();
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.Scalar("x", Tessar.Tensors.ElementType.U8)],
            Splits = [new StoreSplit("all", 0, 1)]
        };
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
        {
            writer.Append([1]);
            writer.Finish();
        }

        using var store = ExampleStore.Open(folder.File("a.tess"));
        store.VerifyAll();
        var set = ExampleSet.Parse(store, "all");
        Assert.Contains(
            "a column `label`, found x", Assert.Throws<FileFormatException>(() => set.Label(0)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "a column `image`, found x", Assert.Throws<FileFormatException>(() => store.Image).Message, StringComparison.Ordinal);
        Assert.Throws<FileFormatException>(() => set.Image(0).Length);
    }

    [Fact]
    public void A_selection_holds_the_chosen_examples_and_can_be_chosen_from_again()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        var set = ExampleSet.Parse(store, "train:2-9");
        ExampleSet some = set.Select([1, 3, 7]);
        Assert.Equal([3L, 5, 9], Enumerable.Range(0, some.Count).Select(some.Row));
        Assert.Equal([set.Label(1), set.Label(3), set.Label(7)], Enumerable.Range(0, some.Count).Select(some.Label));
        Assert.Equal([9L], [some.Select([2]).Row(0)]);
        Assert.Throws<ArgumentOutOfRangeException>(() => some.Row(3));
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1, 1 })]
    [InlineData(new[] { 3, 2 })]
    [InlineData(new[] { -1 })]
    [InlineData(new[] { 10 })]
    public void A_selection_of_nothing_or_out_of_order_is_refused(int[] indices)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        Assert.Throws<ArgumentException>(() => ExampleSet.Parse(store, "train").Select(indices));
    }
}
