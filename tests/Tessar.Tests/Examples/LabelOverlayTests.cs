using System.Text.Json.Nodes;
using CsCheck;
using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class LabelOverlayTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.05, 50)]
    [InlineData(0.0004, 0)]
    [InlineData(0.0005, 1)]
    [InlineData(0.333, 333)]
    [InlineData(1, 1000)]
    public void Exactly_the_rounded_count_of_the_splits_labels_changes_to_another_class(double fraction, int edits)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 7, 1000);
        var overlay = LabelOverlay.Plant(store, "test", fraction, 11);
        Assert.Equal(edits, overlay.Edits.Count);
        Assert.Equal(
            (store.Identity, "test", fraction, 11ul), (overlay.StoreIdentity, overlay.Split, overlay.Fraction, overlay.Seed));
        Assert.All(overlay.Edits, edit =>
        {
            Assert.InRange(edit.Key, 7, 1006);
            Assert.InRange(edit.Value, 0, 2);
            Assert.NotEqual((int)(edit.Key % 3), edit.Value);
            Assert.True(overlay.IsEdited(edit.Key));
        });
        Assert.Equal(1007 - edits, Enumerable.Range(0, 1007).Count(row => !overlay.IsEdited(row)));
    }

    [Fact]
    public void Seed_alone_decides_rows_and_labels()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 1000, 0);
        var first = LabelOverlay.Plant(store, "train", 0.1, 1);
        Assert.Equal(
            first.Edits.Order(Comparer<KeyValuePair<long, int>>.Create((x, y) => x.Key.CompareTo(y.Key))),
            LabelOverlay.Plant(store, "train", 0.1, 1).Edits);
        Assert.NotEqual(first.Edits.Keys, LabelOverlay.Plant(store, "train", 0.1, 2).Edits.Keys);
    }

    [Fact]
    public void Rows_and_new_labels_are_uniform()
    {
        // 400 overlays of 30 of 300 rows: each row is expected 40 times, each of the two other labels in half of the edits.
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 300, 0);
        var rows = new int[300];
        int next = 0, edits = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            foreach ((long row, int label) in LabelOverlay.Plant(store, "train", 0.1, seed).Edits)
            {
                rows[row]++;
                edits++;
                next += label == (row + 1) % 3 ? 1 : 0;
            }
        }

        Assert.Equal(12_000, edits);
        Assert.All(rows, count => Assert.InRange(count, 40 - (5.5 * 6), 40 + (5.5 * 6)));
        Assert.InRange(next, 6000 - (5 * Math.Sqrt(3000)), 6000 + (5 * Math.Sqrt(3000)));
    }

    [Fact]
    public void Saved_overlay_comes_back_and_its_bytes_are_the_same_each_time() => Gen.Select(Gen.Double[0, 1], Gen.ULong).Sample(
        (fraction, seed) =>
        {
            using var folder = new TemporaryFolder();
            using ExampleStore store = TestStores.Make(folder, 100, 5);
            var overlay = LabelOverlay.Plant(store, "train", fraction, seed);
            overlay.Save(folder.File("labels.json"));
            var loaded = LabelOverlay.Load(folder.File("labels.json"), store);
            Assert.Equal(overlay.Edits, loaded.Edits);
            Assert.Equal((overlay.Fraction, overlay.Seed, overlay.Split), (loaded.Fraction, loaded.Seed, loaded.Split));
            loaded.Save(folder.File("again.json"));
            Assert.Equal(File.ReadAllBytes(folder.File("labels.json")), File.ReadAllBytes(folder.File("again.json")));
        },
        iter: 30);

    [Fact]
    public void Overlay_of_another_store_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 100, 5);
        TestStores.Write(folder.File("other.tess"), 99, 5);
        using var other = ExampleStore.Open(folder.File("other.tess"));
        var overlay = LabelOverlay.Plant(store, "train", 0.1, 1);
        overlay.Save(folder.File("labels.json"));
        FileFormatException error = Assert.Throws<FileFormatException>(() =>
            LabelOverlay.Load(folder.File("labels.json"), other));
        Assert.Contains(store.Identity, error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Identity, error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ExampleSet(other, "train", 0, 1, overlay));
    }

    [Theory]
    [InlineData("schema", "2")]
    [InlineData("split", "\"dev\"")]
    [InlineData("split", "null")]
    [InlineData("storeIdentity", "\"abc\"")]
    [InlineData("fraction", "\"a\"")]
    [InlineData("fraction", "1.5")]
    [InlineData("seed", "-1")]
    [InlineData("edits", "null")]
    [InlineData("edits", "[null]")]
    [InlineData("edits", "[{\"row\":100,\"label\":0}]")]
    [InlineData("edits", "[{\"row\":-1,\"label\":0}]")]
    [InlineData("edits", "[{\"row\":1,\"label\":3}]")]
    [InlineData("edits", "[{\"row\":1,\"label\":-1}]")]
    [InlineData("edits", "[{\"row\":1,\"label\":1}]")]
    [InlineData("edits", "[{\"row\":1,\"label\":0},{\"row\":1,\"label\":2}]")]
    [InlineData("edits", "[{\"row\":1}]")]
    [InlineData("more", "1")]
    public void Changed_overlay_is_refused(string property, string value)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 100, 5);
        LabelOverlay.Plant(store, "train", 0.1, 1).Save(folder.File("labels.json"));
        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.File("labels.json")))!;
        json[property] = JsonNode.Parse(value);
        json["checksum"] = SealedJson.Edited;
        File.WriteAllText(folder.File("labels.json"), json.ToJsonString());
        Assert.Throws<FileFormatException>(() => LabelOverlay.Load(folder.File("labels.json"), store));
    }

    [Fact]
    public void Overlay_cut_anywhere_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 20, 5);
        LabelOverlay.Plant(store, "train", 0.2, 1).Save(folder.File("labels.json"));
        byte[] bytes = File.ReadAllBytes(folder.File("labels.json"));
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder.File("labels.json"), bytes[..length]);
            Assert.Throws<FileFormatException>(() => LabelOverlay.Load(folder.File("labels.json"), store));
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Fraction_outside_the_unit_interval_is_refused(double fraction)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelOverlay.Plant(store, "train", fraction, 1));
    }

    [Fact]
    public void Single_class_leaves_nothing_to_edit()
    {
        using var folder = new TemporaryFolder();
        StoreLayout layout = TestStores.Layout(1, 0) with { Classes = ["ant"] };
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
        {
            writer.Append(TestStores.Row(0));
            writer.Finish();
        }

        using var store = ExampleStore.Open(folder.File("a.tess"));
        Assert.Empty(LabelOverlay.Plant(store, "train", 0, 1).Edits);
        Assert.Contains(
            "at least 2", Assert.Throws<ArgumentException>(() => LabelOverlay.Plant(store, "train", 1, 1)).Message,
            StringComparison.Ordinal);
    }
}
