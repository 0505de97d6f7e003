using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Tessar.Examples;

namespace Tessar.Tests.Examples;

/// <summary>Ragged stores that were damaged, or made by someone who wants to mislead a reader.</summary>
public sealed class HostileStoreTests
{
    [Fact]
    public void Changed_bytes_of_every_region_are_caught_by_opening_or_by_verifying()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        RaggedStores.Write(path, 12, 3, hasIds: true);
        byte[] bytes = File.ReadAllBytes(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        // Every 61st byte meets every section: each is followed by zeros up to a multiple of 4096.
        for (int at = 0; at < bytes.Length; at += 61)
        {
            Put(at, (byte)(bytes[at] ^ (1 << (at % 8))));
            Assert.False(ReadAll(path), string.Create(CultureInfo.InvariantCulture, $"byte {at}"));
            Put(at, bytes[at]);
        }

        Assert.True(ReadAll(path));

        void Put(int at, byte value)
        {
            file.Position = at;
            file.WriteByte(value);
            file.Flush();
        }
    }

    [Fact]
    public void Data_changed_at_random_under_right_checksums_give_values_or_the_named_error()
    {
        using var folder = new TemporaryFolder();
        RaggedStores.Write(folder.File("a.tess"), 12, 3, hasIds: true);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        int end = DataEnd(bytes);
        Gen.Select(Gen.Int[4096, end - 1], Gen.Byte).Array[1, 8].Sample(
            changes =>
            {
                byte[] changed = [.. bytes];
                foreach ((int at, byte value) in changes)
                    changed[at] = value;
                ReadAll(folder.File("b.tess"), Reseal(changed));
            },
            iter: 600,
            threads: 1);
    }

    [Theory]
    [InlineData("image")]
    [InlineData("caption")]
    [InlineData("vector")]
    public void Offsets_changed_under_right_checksums_never_read_outside_the_column(string column)
    {
        using var folder = new TemporaryFolder();
        RaggedStores.Write(folder.File("a.tess"), 12, 3);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        int table = (int)Column(bytes, column)["offset"]!;
        foreach (long value in (long[])[-1, long.MinValue, long.MaxValue, 1L << 40, int.MaxValue, 0, 1])
        {
            for (int row = 0; row <= 15; row++)
            {
                byte[] changed = [.. bytes];
                BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(table + (row * 8)), value);
                if (!changed.AsSpan().SequenceEqual(bytes))
                    Assert.False(ReadAll(folder.File("b.tess"), Reseal(changed)), $"row {row} at {value}");
            }
        }
    }

    [Theory]
    [InlineData(0, 3)] // codec
    [InlineData(1, 0)] // channels
    [InlineData(1, 5)]
    [InlineData(1, 4)]
    [InlineData(2, 16)] // bits
    [InlineData(3, 1)] // zero
    [InlineData(7, 0xFF)] // height
    [InlineData(6, 1)]
    [InlineData(10, 0xFF)] // width
    [InlineData(4, 0)]
    [InlineData(15, 1)] // zero
    public void Image_metadata_changed_under_right_checksums_are_refused_with_their_place(int at, byte value)
    {
        using var folder = new TemporaryFolder();
        RaggedStores.Write(folder.File("a.tess"), 12, 3);
        byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
        int metadata = (int)Column(bytes, "image")["metadata"]!;
        for (int row = 0; row < 3; row++)
        {
            byte[] changed = [.. bytes];
            changed[metadata + (row * 16) + at] = value;
            File.WriteAllBytes(folder.File("b.tess"), Reseal(changed));
            using var store = ExampleStore.Open(folder.File("b.tess"));
            long before = GC.GetAllocatedBytesForCurrentThread();
            FileFormatException error = Assert.Throws<FileFormatException>(() => store.Value(store.Column("image"), row));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
            Assert.Contains($"row {row}", error.Message, StringComparison.Ordinal);
            Assert.NotNull(error.Offset);
            Assert.Throws<FileFormatException>(() => store.VerifyAll());
        }
    }

    [Fact]
    public void Text_and_json_that_are_neither_are_found_by_verify()
    {
        using var folder = new TemporaryFolder();
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.Text("text"), StoreColumn.Json("json")],
            Splits = [new StoreSplit("a", 0, 1)]
        };
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
        {
            writer.Append([StoreValue.Bytes("word"u8.ToArray()), StoreValue.Bytes("[1]"u8.ToArray())]);
            writer.Finish();
        }

        foreach (string column in (string[])["text", "json"])
        {
            byte[] bytes = File.ReadAllBytes(folder.File("a.tess"));
            bytes[(int)Column(bytes, column)["blob"]!["offset"]!] = 0xFF;
            Assert.False(ReadAll(folder.File("b.tess"), Reseal(bytes)), column);
        }
    }

    [Theory]
    [InlineData("columns/0/codec", "\"raw\"")]
    [InlineData("columns/0/codec", "\"lz4\"")]
    [InlineData("columns/0/codec", "null")]
    [InlineData("columns/0/shape", "[3,3]")]
    [InlineData("columns/0/stride", "1")]
    [InlineData("columns/0/metadata", "null")]
    [InlineData("columns/0/metadata", "4096")]
    [InlineData("columns/0/blob", "null")]
    [InlineData("columns/0/blob/offset", "0")]
    [InlineData("columns/0/blob/length", "-1")]
    [InlineData("columns/0/blob/length", "9223372036854775807")]
    [InlineData("columns/0/statistics/mean", "[]")]
    [InlineData("columns/0/statistics/values", "null")]
    [InlineData("columns/0/statistics/values", "-1")]
    [InlineData("columns/1/codec", "\"lz4\"")]
    [InlineData("columns/1/blob", "{\"offset\":4096,\"length\":0}")]
    [InlineData("columns/2/kind", "\"image\"")]
    [InlineData("columns/2/dtype", "\"I32\"")]
    [InlineData("columns/2/codec", "\"gzip\"")]
    [InlineData("columns/2/codec", "\"mixed\"")]
    [InlineData("columns/2/shape", "[1]")]
    [InlineData("columns/5/stride", "0")]
    [InlineData("columns/6/codec", "\"zstd\"")]
    [InlineData("schema", "1")]
    [InlineData("schema", "3")]
    [InlineData("segments", "[]")]
    [InlineData("segments", "[{\"file\":\"b.tess\",\"identity\":\"00\"}]")]
    public void Manifest_with_right_checksums_that_contradicts_itself_or_the_file_is_refused(string place, string value)
    {
        using var folder = new TemporaryFolder();
        RaggedStores.Write(folder.File("a.tess"), 12, 3);
        Assert.False(ReadAll(folder.File("b.tess"), WithChange(File.ReadAllBytes(folder.File("a.tess")), place, value)));
    }

    [Theory]
    [InlineData("segments", "null")]
    [InlineData("segments", "[]")]
    [InlineData("segments", "[null]")]
    [InlineData("segments/0/file", "\"../a.tess\"")]
    [InlineData("segments/0/file", "\"/etc/passwd\"")]
    [InlineData("segments/0/file", "\"a\\\\b\"")]
    [InlineData("segments/0/file", "\"..\"")]
    [InlineData("segments/0/file", "\"\"")]
    [InlineData("segments/0/file", "null")]
    [InlineData("segments/0/identity", "\"00\"")]
    [InlineData("segments/1", "{\"file\":\"store.tess\",\"identity\":\"00\"}")]
    [InlineData("count", "14")]
    [InlineData("splits/0/count", "12")]
    [InlineData("splits/0/name", "\"other\"")]
    [InlineData("columns/0/offset", "4096")]
    [InlineData("columns/0/blob", "{\"offset\":4096,\"length\":0}")]
    [InlineData("columns/0/shape", "[1,1,1]")]
    [InlineData("columns/2/codec", "\"raw\"")]
    [InlineData("columns/2/name", "\"text\"")]
    [InlineData("classes", "[\"ant\",\"bee\",\"dog\"]")]
    [InlineData("ids", "4096")]
    [InlineData("checksums/offset", "8192")]
    [InlineData("checksums/count", "1")]
    public void Index_with_right_checksums_that_contradicts_its_segments_is_refused(string place, string value)
    {
        using var folder = new TemporaryFolder();
        RaggedStores.Write(folder.File("store.tess"), 12, 3);
        using (var appender = ExampleStoreAppender.Create(folder.File("store.tess"), [new StoreSplit("train", 0, 1)]))
        {
            appender.Append(RaggedStores.Row(15));
            appender.Finish();
        }

        byte[] index = File.ReadAllBytes(folder.File("store.tess"));
        Assert.True(ReadAll(folder.File("store.tess")));
        Assert.False(ReadAll(folder.File("store.tess"), WithChange(index, place, value)));
    }

    [Fact]
    public void Index_that_names_itself_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        TestStores.Write(path, 10, 5);
        ExampleStoreAppenderTests.Append(path, [("train", 4)], 15);
        using (var appender = ExampleStoreAppender.Create(path, [new StoreSplit("train", 0, 0)]))
            appender.Finish();
        byte[] index = File.ReadAllBytes(path);
        string inner = Convert.ToHexStringLower(SHA256.HashData(TestStores.ManifestOf(index)));
        File.WriteAllBytes(folder.File("inner.tess"), index);
        File.WriteAllBytes(path, WithChange(index, "segments/0", $"{{\"file\":\"inner.tess\",\"identity\":\"{inner}\"}}"));
        Assert.Contains(
            "names segments itself", Assert.Throws<FileFormatException>(() => ExampleStore.Open(path)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>The store with another value in its manifest, and right checksums.</summary>
    private static byte[] WithChange(byte[] bytes, string place, string value)
    {
        JsonNode root = JsonNode.Parse(TestStores.ManifestOf(bytes))!, parent = root;
        string[] steps = place.Split('/');
        foreach (string step in steps[..^1])
            parent = parent is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : parent[step]!;
        if (parent is JsonArray list)
            list[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        else
            parent[steps[^1]] = JsonNode.Parse(value);
        return TestStores.WithManifest(bytes, Encoding.UTF8.GetBytes(root.ToJsonString()));
    }

    private static JsonNode Column(byte[] bytes, string name) =>
        JsonNode.Parse(TestStores.ManifestOf(bytes))!["columns"]!.AsArray().Single(column => (string)column!["name"]! == name)!;

    private static int DataEnd(byte[] bytes) => (int)JsonNode.Parse(TestStores.ManifestOf(bytes))!["checksums"]!["offset"]!;

    /// <summary>Makes page checksums, manifest and header fit changed data.</summary>
    private static byte[] Reseal(byte[] bytes)
    {
        int end = DataEnd(bytes), page = 65536, pages = ((end - 1) / page) + 1;
        for (int i = 0; i < pages; i++)
        {
            ReadOnlySpan<byte> content = bytes.AsSpan(Math.Max(i * page, 4096)..Math.Min((i + 1) * page, end));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(end + (i * 8)), XxHash64.HashToUInt64(content));
        }

        string digest = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(end, pages * 8)));
        return WithChange(bytes, "checksums/sha256", $"\"{digest}\"");
    }

    private static bool ReadAll(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        return ReadAll(path);
    }

    /// <summary>Opens a store, decodes every value and verifies it; only the named error may stop that.</summary>
    private static bool ReadAll(string path)
    {
        try
        {
            using var store = ExampleStore.Open(path);
            foreach (StoreColumn column in store.Manifest.Columns)
            {
                for (long row = 0; row < Math.Min(store.Count, 20); row++)
                    store.Value(column, row);
            }

            store.VerifyAll();
            return true;
        }
        catch (FileFormatException)
        {
            return false;
        }
    }
}
