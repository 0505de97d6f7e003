using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Win32.SafeHandles;
using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class ExampleStoreTests
{
    [Fact]
    public void Rows_labels_ids_splits_and_classes_come_back()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5, hasIds: true);
        using var store = ExampleStore.Open(folder.File("a.tess"));
        Assert.Equal(15, store.Count);
        Assert.Equal([new StoreSplit("train", 0, 10), new StoreSplit("test", 10, 5)], store.Splits);
        Assert.Equal(["ant", "bee", "cat"], store.ClassNames);
        Assert.Equal(new ImageShape(4, 3, 2), store.Image);
        for (long row = 0; row < 15; row++)
        {
            byte[] expected = TestStores.Row(row);
            Assert.Equal(expected[..24], store.Row(store.Column("image"), row).ToArray());
            Assert.Equal(expected[24..], store.Row(store.Column("label"), row).ToArray());
            Assert.Equal((ulong)(1000 - row), store.IdOf(row));
        }

        store.VerifyAll();
    }

    [Fact]
    public void Row_is_its_own_id_unless_ids_are_given()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        Assert.Equal(7ul, store.IdOf(7));
    }

    [Fact]
    public void Identity_is_the_digest_of_the_manifest_and_depends_on_every_byte_of_data()
    {
        using var folder = new TemporaryFolder();
        string identity = TestStores.Write(folder.File("a.tess"), 10, 5);
        byte[] manifest = TestStores.ManifestOf(File.ReadAllBytes(folder.File("a.tess")));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(manifest)), identity);
        using var store = ExampleStore.Open(folder.File("a.tess"));
        Assert.Equal(identity, store.Identity);

        // The last pixel of the last row changes; statistics stay the same because another pixel changes against it.
        using var writer = ExampleStoreWriter.Create(folder.File("b.tess"), TestStores.Layout(10, 5));
        for (long row = 0; row < 15; row++)
        {
            byte[] bytes = TestStores.Row(row);
            if (row == 14)
                (bytes[20], bytes[22]) = (bytes[22], bytes[20]);
            writer.Append(bytes);
        }

        Assert.NotEqual(identity, writer.Finish());
    }

    [Fact]
    public void Rows_outside_the_store_and_columns_of_another_are_refused()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        TestStores.Write(folder.File("other.tess"), 2, 0);
        using var other = ExampleStore.Open(folder.File("other.tess"));
        foreach (long row in (long[])[-1, 15, long.MaxValue, long.MinValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => store.Row(store.Column("image"), row).Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => store.IdOf(row));
        }

        Assert.Throws<ArgumentException>(() => store.Row(other.Column("image"), 0).Length);
        Assert.Contains(
            "image, label", Assert.Throws<ArgumentException>(() => store.Column("depth")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Did you mean `train`?", Assert.Throws<ArgumentException>(() => store.Split("trian")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_store_refuses_to_be_read()
    {
        using var folder = new TemporaryFolder();
        ExampleStore store = TestStores.Make(folder);
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Row(store.Column("image"), 0).Length);
        Assert.Throws<ObjectDisposedException>(() => store.VerifyAll());
    }

    [Fact]
    public void Store_without_rows_is_legal()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 0, 0);
        store.VerifyAll();
        Assert.Equal(0, store.Count);
        Assert.Empty(store.Column("image").Statistics!.Mean);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.IdOf(0));
    }

    [Fact]
    public void Opening_touches_header_and_manifest_only_however_many_rows_there_are()
    {
        // A thousand million rows: 28 GB of holes. Nothing between header and manifest exists on the disk.
        using var folder = new TemporaryFolder();
        string path = folder.File("huge.tess");
        const long Rows = 1_000_000_000;
        SparseStore.Write(path, Rows);
        using var store = ExampleStore.Open(path);
        Assert.Equal(Rows, store.Count);
        if (OperatingSystem.IsLinux())
            Assert.InRange(SparseStore.ResidentBytes(path), 1, 1 << 20);
        Assert.Equal(24, store.Row(store.Column("image"), Rows - 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.IdOf(Rows));
    }

    [Fact]
    public void Manifest_does_not_grow_with_the_rows()
    {
        using var folder = new TemporaryFolder();
        SparseStore.Write(folder.File("small.tess"), 1000);
        SparseStore.Write(folder.File("huge.tess"), 1_000_000_000);
        using var small = ExampleStore.Open(folder.File("small.tess"));
        using var huge = ExampleStore.Open(folder.File("huge.tess"));
        Assert.InRange(
            SparseStore.ManifestLength(huge.Path) - SparseStore.ManifestLength(small.Path), 0, 100);
    }

    [Fact]
    public void File_cut_anywhere_is_refused()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        for (long length = new FileInfo(folder.File("a.tess")).Length - 1; length >= 0; length--)
        {
            using (SafeFileHandle file = File.OpenHandle(folder.File("a.tess"), access: FileAccess.Write))
                RandomAccess.SetLength(file, length);
            Assert.Throws<FileFormatException>(() => ExampleStore.Open(folder.File("a.tess")));
        }
    }

    [Fact]
    public void Byte_added_at_the_end_is_refused()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        Assert.False(TestStores.ReadAll(folder.File("b.tess"), [.. File.ReadAllBytes(folder.File("a.tess")), 0]));
    }

    [Fact]
    public void Every_changed_byte_of_the_file_is_caught_by_opening_or_by_verifying()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5, hasIds: true);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        for (int at = 0; at < bytes.Length; at++)
        {
            PutByte(at, (byte)(bytes[at] ^ (1 << (at % 8))));
            Assert.False(TestStores.ReadAll(folder.File("a.tess")), string.Create(CultureInfo.InvariantCulture, $"byte {at}"));
            PutByte(at, bytes[at]);
        }

        Assert.True(TestStores.ReadAll(folder.File("a.tess")));

        void PutByte(int at, byte value)
        {
            using SafeFileHandle file = File.OpenHandle(folder.File("a.tess"), access: FileAccess.Write);
            RandomAccess.Write(file, [value], at);
        }
    }

    [Fact]
    public void Changed_byte_is_reported_with_its_page()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10_000, 5000);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        bytes[200_000] ^= 1;
        File.WriteAllBytes(folder.File("a.tess"), bytes);
        using var store = ExampleStore.Open(folder.File("a.tess"));
        FileFormatException error = Assert.Throws<FileFormatException>(() => store.VerifyAll());
        Assert.Equal(3 * 65536, error.Offset);
        Assert.Contains("page 3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 3, "version 1 or 2")]
    [InlineData(8, 2, "schema 1 (the header says version 2)")]
    [InlineData(10, 2, "flags")]
    [InlineData(12, 3, "page size")]
    [InlineData(23, 0x80, "2^63 rows")]
    [InlineData(27, 0x80, "2^31 columns")]
    [InlineData(32, 1, "manifest")]
    [InlineData(39, 0xFF, "manifest")]
    [InlineData(40, 1, "manifest")]
    [InlineData(47, 0xFF, "manifest")]
    public void Header_with_a_right_checksum_and_a_wrong_field_is_refused(int at, byte value, string about)
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        bytes[at] = value;
        File.WriteAllBytes(folder.File("a.tess"), TestStores.Seal(bytes));
        FileFormatException error = Assert.Throws<FileFormatException>(() => ExampleStore.Open(folder.File("a.tess")));
        Assert.Contains(about, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_fields_changed_at_random_under_a_right_checksum_never_read_outside_the_file()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5, hasIds: true);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        Gen.Select(Gen.Int[8, 63], Gen.Byte).Array[1, 6].Sample(
            changes =>
            {
                byte[] changed = [.. bytes];
                foreach ((int at, byte value) in changes)
                    changed[at] = value;
                TestStores.ReadAll(folder.File("b.tess"), TestStores.Seal(changed));
            },
            iter: 2000,
            threads: 1);
    }

    [Theory]
    [InlineData("schema", "2")]
    [InlineData("schema", "null")]
    [InlineData("schema", "\"1\"")]
    [InlineData("count", "14")]
    [InlineData("count", "-1")]
    [InlineData("count", "9223372036854775807")]
    [InlineData("columns", "[]")]
    [InlineData("columns", "null")]
    [InlineData("columns", "[null]")]
    [InlineData("columns/0", "{}")]
    [InlineData("columns/0/name", "\"label\"")]
    [InlineData("columns/0/name", "\"\"")]
    [InlineData("columns/0/name", "null")]
    [InlineData("columns/0/kind", "\"sound\"")]
    [InlineData("columns/0/kind", "2")]
    [InlineData("columns/0/kind", "\"scalar\"")]
    [InlineData("columns/0/kind", "\"tensor\"")]
    [InlineData("columns/0/dtype", "\"F16\"")]
    [InlineData("columns/0/dtype", "\"I32\"")]
    [InlineData("columns/0/dtype", "4")]
    [InlineData("columns/0/shape", "[4,3]")]
    [InlineData("columns/0/shape", "[2,2,6]")]
    [InlineData("columns/0/shape", "[4,0,2]")]
    [InlineData("columns/0/shape", "[-4,-3,2]")]
    [InlineData("columns/0/shape", "[2147483647,2147483647,2]")]
    [InlineData("columns/0/shape", "[4,3,2.5]")]
    [InlineData("columns/0/codec", "\"jpeg\"")]
    [InlineData("columns/0/stride", "0")]
    [InlineData("columns/0/stride", "-24")]
    [InlineData("columns/0/stride", "2147483647")]
    [InlineData("columns/0/offset", "0")]
    [InlineData("columns/0/offset", "4097")]
    [InlineData("columns/1/offset", "4096")]
    [InlineData("columns/1/offset", "-4096")]
    [InlineData("columns/1/offset", "9223372036854775807")]
    [InlineData("columns/0/splitStatistics", "{\"train\":null}")]
    [InlineData("columns/0/splitStatistics", "null")]
    [InlineData("columns/0/splitStatistics", "{}")]
    [InlineData("columns/0/splitStatistics/train", "null")]
    [InlineData("columns/0/splitStatistics/train/mean", "[]")]
    [InlineData("columns/0/splitStatistics/train/std", "[1]")]
    [InlineData("columns/0/splitStatistics/train/mean", "null")]
    [InlineData("columns/0/splitStatistics/more", "null")]
    [InlineData("columns/0/statistics", "null")]
    [InlineData("columns/0/statistics/min", "[0,0,0]")]
    [InlineData("columns/1/statistics/classCounts", "[1,2]")]
    [InlineData("columns/1/statistics/classCounts", "null")]
    [InlineData("splits", "[]")]
    [InlineData("splits", "null")]
    [InlineData("splits/0", "null")]
    [InlineData("splits/0/name", "\"test\"")]
    [InlineData("splits/0/name", "\"tr:ain\"")]
    [InlineData("splits/0/first", "1")]
    [InlineData("splits/0/count", "9")]
    [InlineData("splits/0/count", "-10")]
    [InlineData("splits/0/count", "9223372036854775807")]
    [InlineData("classes", "[]")]
    [InlineData("classes", "[\"ant\",\"bee\",\"bee\"]")]
    [InlineData("classes", "[\"ant\",\"bee\",null]")]
    [InlineData("classes", "[\"ant\",\"bee\",\" \"]")]
    [InlineData("ids", "8192")]
    [InlineData("checksums", "null")]
    [InlineData("checksums/pageSize", "131072")]
    [InlineData("checksums/offset", "0")]
    [InlineData("checksums/offset", "9223372036854775807")]
    [InlineData("checksums/count", "2")]
    [InlineData("checksums/count", "9223372036854775807")]
    [InlineData("checksums/sha256", "null")]
    [InlineData("provenance", "null")]
    [InlineData("provenance/sources", "[null]")]
    [InlineData("provenance/settings", "{\"a\":null}")]
    [InlineData("more", "1")]
    public void Manifest_with_right_checksums_that_contradicts_itself_or_the_file_is_refused(string place, string value)
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        JsonNode root = JsonNode.Parse(TestStores.ManifestOf(bytes))!;
        string[] steps = place.Split('/');
        JsonNode parent = root;
        foreach (string step in steps[..^1])
            parent = parent is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : parent[step]!;
        if (parent is JsonArray list)
            list[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        else
            parent[steps[^1]] = JsonNode.Parse(value);
        Assert.False(TestStores.ReadAll(
            folder.File("b.tess"), TestStores.WithManifest(bytes, Encoding.UTF8.GetBytes(root.ToJsonString()))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"schema\":1,\"schema\":1}")]
    [InlineData("\"\\ud800\"")]
    public void Manifest_that_is_something_else_is_refused(string json)
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        byte[] changed = TestStores.WithManifest(File.ReadAllBytes(folder.File("a.tess")), Encoding.UTF8.GetBytes(json));
        Assert.False(TestStores.ReadAll(folder.File("b.tess"), changed));
    }

    [Fact]
    public void Every_changed_byte_of_a_manifest_with_right_checksums_gives_a_store_or_the_named_error()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        byte[] manifest = TestStores.ManifestOf(bytes);
        for (int at = 0; at < manifest.Length; at++)
        {
            foreach (byte value in (byte[])[(byte)'"', (byte)'9', (byte)'-', (byte)'}', 0xFF])
            {
                byte[] changed = [.. manifest];
                changed[at] = value;
                TestStores.ReadAll(folder.File("b.tess"), TestStores.WithManifest(bytes, changed));
            }

            TestStores.ReadAll(
                folder.File("b.tess"), TestStores.WithManifest(bytes, [.. manifest.AsSpan(0, at), .. manifest.AsSpan(at + 1)]));
        }
    }

    [Fact]
    public void Label_outside_the_classes_is_caught_when_read_and_when_verified()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 10, 5);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        JsonNode manifest = JsonNode.Parse(TestStores.ManifestOf(bytes))!;
        manifest["classes"] = new JsonArray("ant", "bee");
        JsonNode label = manifest["columns"]![1]!;
        foreach (JsonNode statistics in (JsonNode[])[
            label["statistics"]!,
            label["splitStatistics"]!["train"]!,
            label["splitStatistics"]!["test"]!
        ])
            statistics["classCounts"] = new JsonArray(0, 0);
        File.WriteAllBytes(
            folder.File("a.tess"), TestStores.WithManifest(bytes, Encoding.UTF8.GetBytes(manifest.ToJsonString())));
        using var store = ExampleStore.Open(folder.File("a.tess"));
        FileFormatException error = Assert.Throws<FileFormatException>(() => store.VerifyAll());
        Assert.Equal(8192 + (2 * 4), error.Offset);
        Assert.Contains("a label from 0 to 1 in row 2, found 2", error.Message, StringComparison.Ordinal);
        var set = new ExampleSet(store, "train", 0, 10);
        Assert.Equal(1, set.Label(1));
        Assert.Throws<FileFormatException>(() => set.Label(2));
    }

    [Fact]
    public void Verifying_reports_growing_progress_to_the_end_and_can_be_canceled()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 10_000, 0);
        var seen = new List<long>();
        store.Verify(new Collect(seen.Add), TestContext.Current.CancellationToken);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(store.Manifest.Checksums.Offset, seen[^1]);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => store.Verify(new Collect(_ => source.Cancel()), source.Token));
    }

    [Fact]
    public void Missing_file_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        TessarException error = Assert.Throws<TessarException>(() => ExampleStore.Open(folder.File("none.tess")));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(new Remedy(RemedyKind.ImportExamples), error.Remedies);
    }

    private sealed class Collect(Action<long> action) : IProgress<long>
    {
        public void Report(long value) => action(value);
    }
}
