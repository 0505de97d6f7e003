using Tessar.Inputs;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Search;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Search;

public sealed class ShardedStoreTests
{
    private const int Rows = 2500;
    private const int Width = 16;
    private const int Batch = 100;

    // Batches of 100 lie across two files.
    private const int ShardRows = 730;
    private const long ShardBytes = ShardRows * Width * 2;

    [Fact]
    public void Rows_come_back_from_several_files_as_from_one()
    {
        using TemporaryFolder one = new(), several = new();
        Write(one.Path, Rows, long.MaxValue);
        Write(several.Path, Rows, ShardBytes);
        Assert.Equal(["phi-00000.bin", "phi-00001.bin", "phi-00002.bin", "phi-00003.bin"], Files(several));
        Assert.Equal(["phi.bin"], Files(one));
        Assert.Equal(
            File.ReadAllBytes(one.File("phi.bin")), Files(several).SelectMany(name => File.ReadAllBytes(several.File(name))));
        using GradientStore a = GradientStore.Open(one.Path, Origin), b = GradientStore.Open(several.Path, Origin);
        Assert.Equal((1, 2), (a.Header.FormatVersion, b.Header.FormatVersion));
        Assert.Equal(
            [("phi-00000.bin", 730), ("phi-00001.bin", 730), ("phi-00002.bin", 730), ("phi-00003.bin", 310)],
            b.Header.Summary!.Shards!.Select(shard => (shard.File, shard.Rows)));
        using DisposeScope scope = NewDisposeScope();
        Assert.True(a.Read(600, 1800).equal(b.Read(600, 1800)).all().item<bool>());
        using RowWindow window = b.Open(700, 100);
        Assert.Equal(30, window.Count);
    }

    [Fact]
    public void Search_finds_the_same_in_several_files_as_in_one()
    {
        using TemporaryFolder one = new(), several = new();
        Write(one.Path, Rows, long.MaxValue);
        Write(several.Path, Rows, ShardBytes);
        double[] queries = [.. Enumerable.Range(0, 3 * Width).Select(i => Math.Sin(i))];
        TopScores[] found = [.. new[] { one, several }.Select(folder =>
        {
            using GradientStore store = GradientStore.Open(folder.Path, Origin);
            return TopSearch.Run(
                [new SearchPart(store, queries)], new SearchQuestion { Queries = 3, Top = 30 }, 64, 2,
                new MethodContext()).Scores;
        })];
        for (int j = 0; j < 3; j++)
        {
            Assert.Equal(found[0].Proponents(j), found[1].Proponents(j));
            Assert.Equal(found[0].Opponents(j), found[1].Opponents(j));
        }

        // The scale is undone: the strongest score is the product with the row as it was before.
        using DisposeScope scope = NewDisposeScope();
        ScoredExample best = found[0].Proponents(0)[0];
        double product = (Values(best.Train, 1).to_type(ScalarType.Float64) * tensor(queries[..Width])).sum().item<double>();
        Assert.Equal(product, best.Score, 1e-3 * Math.Abs(product));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(15)]
    [InlineData(24)]
    public void Interrupted_store_is_finished_with_identical_files(int batchesBefore)
    {
        using TemporaryFolder straight = new(), interrupted = new();
        Write(straight.Path, Rows, ShardBytes);
        using (var writer = new GradientStoreWriter(interrupted.Path, Header, ShardBytes))
        {
            WriteBatches(writer, Batch * batchesBefore);
            writer.Flush();
        }

        // How it is split was decided by the first call.
        Write(interrupted.Path, Rows, shardBytes: batchesBefore > 9 ? 999_999 : ShardBytes);
        AssertSameFiles(straight, interrupted);
    }

    [Fact]
    public void Only_the_rows_of_a_cut_file_are_computed_again()
    {
        using TemporaryFolder straight = new(), interrupted = new();
        Write(straight.Path, Rows, ShardBytes);
        using (var writer = new GradientStoreWriter(interrupted.Path, Header, ShardBytes))
        {
            WriteBatches(writer, 2000);
            writer.Flush();
        }

        using (FileStream file = File.OpenWrite(interrupted.File("phi-00001.bin")))
            file.SetLength(123);
        using (var again = new GradientStoreWriter(interrupted.Path, Header, ShardBytes))
            Assert.Equal(2000 - ShardRows, Enumerable.Range(0, Rows).Count(again.IsDone));
    }

    [Theory]
    [InlineData("phi-00001.bin")]
    [InlineData("phi-00003.bin")]
    public void Cut_changed_and_missing_files_are_refused_by_name(string name)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, Rows, ShardBytes);
        byte[] bytes = File.ReadAllBytes(folder.File(name));
        File.WriteAllBytes(folder.File(name), bytes[..^1]);
        Refused();
        byte[] changed = [.. bytes];
        changed[100] ^= 1;
        File.WriteAllBytes(folder.File(name), changed);
        Refused();
        File.Delete(folder.File(name));
        Refused();
        File.WriteAllBytes(folder.File(name), bytes);
        GradientStore.Open(folder.Path, Origin).Dispose();

        void Refused() => Assert.Contains(
            name, Assert.Throws<FileFormatException>(() => GradientStore.Open(folder.Path, Origin)).Message,
            StringComparison.Ordinal);
    }

    private static GradientStoreOrigin Origin =>
        new("checkpoint", "data", "train:0-2499", "labels", "margin", Width, "sketch", 0, "f16", Batch, "loop-fallback");

    private static GradientStoreHeader Header => new()
    {
        Origin = Origin, Rows = Rows, ScaleExponent = 0, Sketch = ["count-sketch w"], Parameters = ["w"], ParameterCount = 100,
        Skipped = [],
    };

    private static IEnumerable<string> Files(TemporaryFolder folder) =>
        Directory.GetFiles(folder.Path, "phi*").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    private static void AssertSameFiles(TemporaryFolder a, TemporaryFolder b)
    {
        foreach (string name in Files(a).Concat(["q.bin", "done.bitmap", "header.json"]))
            Assert.Equal(File.ReadAllBytes(a.File(name)), File.ReadAllBytes(b.File(name)));
        Assert.Equal(Files(a), Files(b));
    }

    private static void Write(string folder, int rows, long shardBytes)
    {
        using var writer = new GradientStoreWriter(folder, Header, shardBytes);
        WriteBatches(writer, rows);
        writer.Finish();
    }

    private static void WriteBatches(GradientStoreWriter writer, int until)
    {
        for (int first = 0; first < until; first += Batch)
        {
            if (Enumerable.Range(first, Batch).All(writer.IsDone))
                continue;
            using DisposeScope scope = NewDisposeScope();
            writer.Write(first, Values(first, Batch), ones(Batch));
        }
    }

    private static Tensor Values(int first, int count)
    {
        Tensor row = arange(first, first + count, dtype: ScalarType.Float32).unsqueeze(1);
        return (row * 0.37f + arange(Width, dtype: ScalarType.Float32)).sin() * 0.02f;
    }
}
