using Tessar.Lenses.Data.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Features;

public sealed class GradientStoreTests
{
    private const int Rows = 2500;
    private const int Width = 16;
    private const int Batch = 100;

    [Theory]
    [InlineData("f16", 6e-4)]
    [InlineData("f32", 0)]
    public void Rows_and_factors_come_back(string format, double tolerance)
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        Write(folder.Path, Origin(format), Rows);
        using GradientStore store = GradientStore.Open(folder.Path, Origin(format));
        Assert.Equal((Rows, Width), (store.Count, store.Width));
        Tensor rows = store.Read(1234, 100);
        Tensor expected = Values(1234, 100);
        // fp16 rounds to 2⁻¹¹ relative to each number.
        Assert.True(((rows - expected).abs() <= expected.abs() * tolerance + 1e-7).all().item<bool>());
        Assert.Equal(FactorOf(77), store.Factors[77]);
        Assert.Equal(1, store.Header.Summary!.ZeroRows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(17)]
    [InlineData(24)]
    public void Interrupted_store_is_finished_with_identical_files(int batchesBefore)
    {
        using TemporaryFolder straight = new(), interrupted = new();
        Write(straight.Path, Origin("f16"), Rows);
        using (var writer = new GradientStoreWriter(interrupted.Path, Header(Origin("f16"), Rows)))
        {
            WriteBatches(writer, Rows, Batch * batchesBefore);
            writer.Flush();
        }

        Assert.False(GradientStore.IsFinished(interrupted.Path));
        Write(interrupted.Path, Origin("f16"), Rows);
        foreach (string file in new[] { "phi.bin", "q.bin", "done.bitmap", "header.json" })
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(straight.Path, file)), File.ReadAllBytes(Path.Combine(interrupted.Path, file)));
    }

    [Fact]
    public void Rows_that_were_flushed_are_not_computed_again()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new GradientStoreWriter(folder.Path, Header(Origin("f16"), Rows)))
        {
            WriteBatches(writer, Rows, 1500);
            writer.Flush();
        }

        using var again = new GradientStoreWriter(folder.Path, Header(Origin("f16"), Rows));
        Assert.Equal(1500, Enumerable.Range(0, Rows).Count(again.IsDone));
    }

    [Theory]
    [InlineData("phi.bin", 0)]
    [InlineData("phi.bin", 777)]
    [InlineData("q.bin", 0)]
    [InlineData("q.bin", 777)]
    public void Rows_of_a_file_that_was_removed_or_cut_are_computed_again(string name, int length)
    {
        using TemporaryFolder straight = new(), interrupted = new();
        Write(straight.Path, Origin("f16"), Rows);
        using (var writer = new GradientStoreWriter(interrupted.Path, Header(Origin("f16"), Rows)))
        {
            WriteBatches(writer, Rows, 1500);
            writer.Flush();
        }

        string file = interrupted.File(name);
        byte[] bytes = File.ReadAllBytes(file);
        if (length == 0)
            File.Delete(file);
        else
            File.WriteAllBytes(file, bytes[..length]);
        Write(interrupted.Path, Origin("f16"), Rows);
        Assert.Equal(File.ReadAllBytes(straight.File(name)), File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData("phi.bin", 700 * Width * 2 + 5, 1)]
    [InlineData("q.bin", 700 * 4, 1)]
    [InlineData("rows.hashes", 700 * 8 + 7, 1)]
    [InlineData("done.bitmap", 2000 / 8, 8)] // promises rows that were never written
    public void Rows_of_an_interrupted_store_that_were_damaged_are_noticed_and_computed_again(string name, int place, int damaged)
    {
        using TemporaryFolder straight = new(), interrupted = new();
        Write(straight.Path, Origin("f16"), Rows);
        using (var writer = new GradientStoreWriter(interrupted.Path, Header(Origin("f16"), Rows)))
        {
            WriteBatches(writer, Rows, 1500);
            writer.Flush();
        }

        byte[] bytes = File.ReadAllBytes(interrupted.File(name));
        bytes[place] ^= name == "done.bitmap" ? (byte)0xFF : (byte)0x10;
        File.WriteAllBytes(interrupted.File(name), bytes);

        using (var again = new GradientStoreWriter(interrupted.Path, Header(Origin("f16"), Rows)))
        {
            Assert.Equal(damaged, again.DamagedRows);
            Assert.Equal(name == "done.bitmap" ? 1500 : 1499, Enumerable.Range(0, Rows).Count(again.IsDone));
        }

        Write(interrupted.Path, Origin("f16"), Rows);
        foreach (string file in new[] { "phi.bin", "q.bin", "done.bitmap", "header.json" })
            Assert.Equal(File.ReadAllBytes(straight.File(file)), File.ReadAllBytes(interrupted.File(file)));
        Assert.False(File.Exists(interrupted.File("rows.hashes")));
    }

    // As an earlier version left it.
    [Fact]
    public void Interrupted_store_without_hashes_is_computed_anew()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new GradientStoreWriter(folder.Path, Header(Origin("f16"), Rows)))
        {
            WriteBatches(writer, Rows, 1500);
            writer.Flush();
        }

        File.Delete(folder.File("rows.hashes"));
        using var again = new GradientStoreWriter(folder.Path, Header(Origin("f16"), Rows));
        Assert.Equal((1500, 0), (again.DamagedRows, Enumerable.Range(0, Rows).Count(again.IsDone)));
    }

    [Fact]
    public void Other_origin_is_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, Origin("f16"), 200);
        GradientStoreOrigin other = Origin("f16") with { CheckpointSha256 = "other" };
        FileFormatException e = Assert.Throws<FileFormatException>(() => GradientStore.Open(folder.Path, other));
        Assert.Contains("header.json", e.Message, StringComparison.Ordinal);
        Assert.Throws<FileFormatException>(() => new GradientStoreWriter(folder.Path, Header(other, 200)));
        Assert.NotEqual(other.ComputeKey(), Origin("f16").ComputeKey());
    }

    [Theory]
    [InlineData("phi.bin")]
    [InlineData("q.bin")]
    public void Truncated_and_changed_files_are_refused(string name)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, Origin("f16"), 200);
        string path = Path.Combine(folder.Path, name);
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length; length += 97)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<FileFormatException>(() => GradientStore.Open(folder.Path, Origin("f16")));
        }

        byte[] flipped = [.. bytes];
        flipped[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, flipped);
        FileFormatException e = Assert.Throws<FileFormatException>(() => GradientStore.Open(folder.Path, Origin("f16")));
        Assert.Contains("Delete the folder", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_cut_at_any_byte_is_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, Origin("f16"), 200);
        string path = Path.Combine(folder.Path, "header.json");
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length - 1; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<FileFormatException>(() => GradientStore.Open(folder.Path, Origin("f16")));
        }
    }

    [Fact]
    public void Second_writer_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var first = new GradientStoreWriter(folder.Path, Header(Origin("f16"), 200));
        TessarException e = Assert.Throws<TessarException>(() =>
            new GradientStoreWriter(folder.Path, Header(Origin("f16"), 200)));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains("another process", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_far_larger_than_the_sample_is_refused_rather_than_saturated()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        using var writer = new GradientStoreWriter(folder.Path, Header(Origin("f16"), Rows));
        WriteBatches(writer, Rows, 1000);
        Tensor factors = ones(Batch);
        NumericalException e = Assert.Throws<NumericalException>(() => writer.Write(1000, Values(1000, Batch) * 1e5, factors));
        Assert.Equal([new Remedy(RemedyKind.SetMethodOption, "number-format", "f32")], e.Remedies);
    }

    [Fact]
    public void Scale_makes_the_largest_number_about_a_thousand()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, Origin("f16"), Rows);
        using GradientStore store = GradientStore.Open(folder.Path, Origin("f16"));
        double largest = store.Header.Summary!.LargestValue * Math.Pow(2, store.Header.ScaleExponent);
        Assert.InRange(largest, 256, 4096);
    }

    // The disk is waited for in the background: a writer that is given up in between promises what was written before.
    [Fact]
    public void Rows_promised_by_a_writer_that_was_given_up_are_there()
    {
        const int Many = 9000;
        using TemporaryFolder straight = new(), interrupted = new();
        Write(straight.Path, Origin("f16"), Many);
        using (var writer = new GradientStoreWriter(interrupted.Path, Header(Origin("f16"), Many)))
            WriteBatches(writer, Many, 8500);
        using (var again = new GradientStoreWriter(interrupted.Path, Header(Origin("f16"), Many)))
        {
            Assert.InRange(Enumerable.Range(0, Many).Count(again.IsDone), 6000, 8500);
            WriteBatches(again, Many, Many);
            again.Finish();
        }

        foreach (string file in new[] { "phi.bin", "q.bin", "done.bitmap", "header.json" })
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(straight.Path, file)), File.ReadAllBytes(Path.Combine(interrupted.Path, file)));
    }

    private static void Write(string folder, GradientStoreOrigin origin, int rows)
    {
        using var writer = new GradientStoreWriter(folder, Header(origin, rows));
        WriteBatches(writer, rows, rows);
        writer.Finish();
    }

    private static void WriteBatches(GradientStoreWriter writer, int rows, int until)
    {
        for (int first = 0; first < Math.Min(rows, until); first += Batch)
        {
            if (writer.IsDone(first))
                continue;
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Batch, rows - first);
            writer.Write(first, Values(first, count), tensor(Enumerable.Range(first, count).Select(FactorOf).ToArray()));
        }
    }

    // Row 5 is zero.
    private static Tensor Values(int first, int count)
    {
        Tensor row = arange(first, first + count, dtype: ScalarType.Float32).unsqueeze(1);
        Tensor values = (row * 0.37f + arange(Width, dtype: ScalarType.Float32)).sin() * 0.02f;
        return values * (row != 5);
    }

    private static float FactorOf(int row) => 1f / (row + 1);

    private static GradientStoreOrigin Origin(string format) =>
        new("checkpoint", "data", "train:0-2499", "labels", "margin", Width, "sketch", 0, format, Batch, "loop-fallback");

    private static GradientStoreHeader Header(GradientStoreOrigin origin, int rows) => new()
    {
        Origin = origin, Rows = rows, ScaleExponent = 0, Sketch = ["count-sketch w"], Parameters = ["w"], ParameterCount = 100,
        Skipped = [],
    };
}
