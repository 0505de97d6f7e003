using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text;
using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class WebDatasetFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.V7)]
    public void Files_of_one_name_are_a_sample(TarEntryFormat format)
    {
        string deep = format == TarEntryFormat.V7
            ? "d"
            : string.Join('/', Enumerable.Repeat("a-long-folder", format == TarEntryFormat.Ustar ? 8 : 20));
        Write("a.tar", format, Sample($"{deep}/p.q", 1), Sample($"{deep}/r", 2));
        using ExampleStore store = _folder.Import(_folder.File("a.tar"));
        Assert.Equal(
            ["image", "label", "depth", "json", "mat", "txt", "key"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal([1, 2], Enumerable.Range(0, 2).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal(Photos.Pixels(3, 4, 2), store.PixelsOf(1));
        Assert.Equal([2f, 3f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("depth"), 1)).ToArray());
        Assert.Equal("""{"n":2}""", Encoding.UTF8.GetString(store.Value(store.Column("json"), 1)));
        Assert.Equal("words 1", Encoding.UTF8.GetString(store.Value(store.Column("txt"), 0)));
        Assert.Equal([9, 2], store.Value(store.Column("mat"), 1));
        Assert.Equal($"{deep}/p", Encoding.UTF8.GetString(store.Value(store.Column("key"), 0)));

        static (string, byte[])[] Sample(string key, int n) =>
        [
            ($"{key}.png".Replace(".q.png", ".png", StringComparison.Ordinal), Photos.Png(3, 4, n)),
            ($"{Stem(key)}.cls", Encoding.UTF8.GetBytes($"{n}\n")),
            ($"{Stem(key)}.depth.npy", Npy.File("'<f4'", "(2,)", Npy.Bytes((float)n, n + 1f))),
            ($"{Stem(key)}.json", Encoding.UTF8.GetBytes($$"""{"n":{{n}}}""")),
            ($"{Stem(key)}.txt", Encoding.UTF8.GetBytes($"words {n}")),
            ($"{Stem(key)}.mat", [9, (byte)n]),
        ];

        static string Stem(string key) => key.Replace(".q", string.Empty, StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_name_shards_and_numbers_that_only_count_are_no_keys()
    {
        for (int shard = 0; shard < 3; shard++)
            Write(
                $"train-00{shard}.tar", TarEntryFormat.Ustar, [($"00{2 * shard}.jpg", Photos.Jpeg(8, 8, shard))],
                [($"00{(2 * shard) + 1}.png", Photos.Png(8, 8, shard))]);
        using ExampleStore store = _folder.Import(_folder.File("train-{000..002}.tar"));
        Assert.Equal(["image"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal((6L, null), (store.Count, store.Manifest.Ids));
        Assert.Equal([ImageCodec.Jpeg, ImageCodec.Png], [store.ImageOf(4).Codec, store.ImageOf(5).Codec]);
        using ExampleStore first = _folder.Import($"val={_folder.File("train-{001,002}.tar")}");
        Assert.Equal([2UL, 5UL], [first.IdOf(0), first.IdOf(3)]);
        Assert.Equal("val", first.Splits.Single().Name);
    }

    [Fact]
    public void Names_of_classes_are_numbered_in_ordinal_order()
    {
        Write(
            "a.tar", TarEntryFormat.Pax, [("0.cls", "dog"u8.ToArray())], [("1.cls", " Cat\n"u8.ToArray())],
            [("2.cls", "dog"u8.ToArray())]);
        using ExampleStore store = _folder.Import(_folder.File("a.tar"));
        Assert.Equal(["Cat", "dog"], store.ClassNames);
        Assert.Equal([1, 0, 1], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(store, "train").Label(i)));
    }

    [Fact]
    public void Photo_and_mask_in_one_sample_are_two_columns()
    {
        Write("a.tar", TarEntryFormat.Pax, [("0.jpg", Photos.Jpeg(8, 8, 1)), ("0.png", Photos.Png(8, 8, 2))]);
        using ExampleStore store = _folder.Import(_folder.File("a.tar"));
        Assert.Equal(["image", "png"], store.Manifest.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Doubled_fields_missing_fields_and_ragged_arrays_are_refused()
    {
        Write("a.tar", TarEntryFormat.Pax, [("0.cls", "1"u8.ToArray()), ("0.cls", "2"u8.ToArray())]);
        Assert.Contains(
            "`cls` twice", _folder.Refusal<FileFormatException>(_folder.File("a.tar")).Message, StringComparison.Ordinal);
        Write(
            "a.tar", TarEntryFormat.Pax, [("0.cls", "1"u8.ToArray()), ("0.txt", "a"u8.ToArray())], [("1.cls", "2"u8.ToArray())]);
        FileFormatException missing = _folder.Refusal<FileFormatException>(_folder.File("a.tar"));
        Assert.Contains("a field txt in the sample `1`", missing.Message, StringComparison.Ordinal);
        Assert.NotNull(missing.Offset);
        Write(
            "a.tar", TarEntryFormat.Pax, [("0.x.npy", Npy.File("'|u1'", "(2,)", [1, 2]))],
            [("1.x.npy", Npy.File("'|u1'", "(3,)", [1, 2, 3]))]);
        Assert.Contains("U8 [2]", _folder.Refusal<FileFormatException>(_folder.File("a.tar")).Message, StringComparison.Ordinal);
        Write("a.tar", TarEntryFormat.Pax);
        Assert.ThrowsAny<TessarException>(() =>
            Importer.Import(_folder.File("a.tar"), _folder.File("b.tess"), cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Paths_upwards_and_links_do_nothing()
    {
        using (var stream = File.Create(_folder.File("a.tar")))
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax))
        {
            writer.WriteEntry(Entry("../../evil.txt", "up"u8.ToArray(), TarEntryFormat.Pax));
            writer.WriteEntry(Entry("/tmp/tessar-evil.txt", "root"u8.ToArray(), TarEntryFormat.Pax));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "2.txt") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "3.txt") { LinkName = "../../evil.txt" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "4.txt"));
        }

        string[] before = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories);
        Assert.Contains(
            "2 link (2.txt, 3.txt)", _folder.Refusal<TessarException>(_folder.File("a.tar")).Message, StringComparison.Ordinal);
        Directory.Delete(_folder.File("refused"));
        using (ExampleStore store = _folder.Import(_folder.File("a.tar"), new ImportOptions { SkipUnknown = true }))
            Assert.Equal(
                ["up", "root"], Enumerable.Range(0, 2).Select(i => Encoding.UTF8.GetString(store.Value(store.Column("txt"), i))));
        Directory.Delete(_folder.File("out"), recursive: true);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories));
        Assert.False(File.Exists("/tmp/tessar-evil.txt"));
    }

    [Theory]
    [InlineData("train.tar.gz")]
    [InlineData("train.tgz")]
    [InlineData("train.tar")]
    public void Gzipped_archives_are_read_whatever_they_are_called(string name)
    {
        Write(
            "a.tar", TarEntryFormat.Pax, [("0.png", Photos.Png(3, 4, 1)), ("0.cls", "1"u8.ToArray())],
            [("1.png", Photos.Png(3, 4, 2)), ("1.cls", "0"u8.ToArray())]);
        byte[] whole = IdxSource.Compress(File.ReadAllBytes(_folder.File("a.tar")));
        File.WriteAllBytes(_folder.File(name), whole);
        Assert.Equal("webdataset", Importer.Detect(_folder.File(name)));
        using ExampleStore store = _folder.Import(_folder.File(name));
        Assert.Equal(("train", 2L), (store.Splits.Single().Name, store.Count));
        Assert.Equal(Photos.Pixels(3, 4, 2), store.PixelsOf(1));
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        _folder.SurvivesMutations(_folder.File(name), _folder.File(name), "webdataset", times: 100);
        for (int length = 20; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(_folder.File(name), whole[..length]);
            _folder.Refusal<FileFormatException>(_folder.File(name), new ImportOptions { Format = "webdataset" });
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_gzipped_archive_gives_the_same_rows_or_the_named_error()
    {
        Write("a.tar", TarEntryFormat.Ustar, [("0.cls", "1"u8.ToArray())], [("1.cls", "0"u8.ToArray())]);
        File.WriteAllBytes(_folder.File("a.tgz"), IdxSource.Compress(File.ReadAllBytes(_folder.File("a.tar"))));
        int bits = 8 * (int)new FileInfo(_folder.File("a.tgz")).Length;
        Assert.InRange(
            _folder.SurvivesFlips(_folder.File("a.tgz"), _folder.File("a.tgz"), new ImportOptions { Format = "webdataset" }),
            bits - 90, bits);
    }

    [Fact]
    public void Every_flipped_bit_of_a_header_gives_the_same_rows_or_the_named_error()
    {
        Write("a.tar", TarEntryFormat.Ustar, [("0.cls", "1"u8.ToArray())], [("1.cls", "0"u8.ToArray())]);
        int refused = _folder.SurvivesFlips(
            _folder.File("a.tar"), _folder.File("a.tar"), new ImportOptions { Format = "webdataset" }, bit => bit < 8 * 512);
        Assert.InRange(refused, 8 * 500, 8 * 512);
    }

    [Fact]
    public void Archives_that_were_joined_are_refused_at_the_second()
    {
        Write("a.tar", TarEntryFormat.Pax, [("0.cls", "1"u8.ToArray())]);
        byte[] one = File.ReadAllBytes(_folder.File("a.tar"));
        File.WriteAllBytes(_folder.File("a.tar"), [.. one, .. one]);
        FileFormatException error = _folder.Refusal<FileFormatException>(_folder.File("a.tar"));
        Assert.Equal(one.Length, error.Offset);
        Assert.Contains("joined", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_belong_to_no_sample_are_an_error_or_counted()
    {
        Write(
            "a.tar", TarEntryFormat.Pax,
            [("README", "words"u8.ToArray()), ("._0.cls", [1]), (
                "0.cls", "1"u8.ToArray()), ("list", "0"u8.ToArray()), (".0.png", [2])]);
        Assert.Contains(
            "1 hidden, 1 no ending (list, .0.png)", _folder.Refusal<TessarException>(_folder.File("a.tar")).Message,
            StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("a.tar"), new ImportOptions { SkipUnknown = true });
        Assert.Equal((1L, "1"), (store.Count, store.Manifest.Provenance.Settings["skip-unknown.no ending"]));
        Directory.CreateDirectory(_folder.File("shards/old"));
        File.Move(_folder.File("a.tar"), _folder.File("shards/a.tar"));
        File.WriteAllText(_folder.File("shards/index.json"), "[]");
        File.WriteAllText(_folder.File("shards/old/b.tar"), "none");
        Assert.Contains(
            "1 .json, 1 .tar, 1 hidden", _folder.Refusal<TessarException>(_folder.File("shards")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"label\":", "}", "json.label")]
    [InlineData("{\"meta\":[{\"kind\":", "}]}", "json.meta.0.kind")]
    public void Fields_of_json_are_classes(string before, string after, string label)
    {
        Write("a.tar", TarEntryFormat.Pax, Sample(0, "2"), Sample(1, "0"));
        using ExampleStore numbers = _folder.Import(_folder.File("a.tar"), new ImportOptions { Label = label });
        Assert.Equal([2, 0], Enumerable.Range(0, 2).Select(i => ExampleSet.Parse(numbers, "train").Label(i)));
        Assert.Equal(["label", "json"], numbers.Manifest.Columns.Select(column => column.Name));
        Write("a.tar", TarEntryFormat.Pax, Sample(0, "\"ox\""), Sample(1, "\"cat\""));
        using ExampleStore names = _folder.Import(_folder.File("a.tar"), new ImportOptions { Label = label });
        Assert.Equal(["cat", "ox"], names.ClassNames);
        Write("a.tar", TarEntryFormat.Pax, Sample(0, "\"ox\""), Sample(1, "3"));
        Assert.Contains(
            "found 3 in 1",
            _folder.Refusal<FileFormatException>(_folder.File("a.tar"), new ImportOptions { Label = label }).Message,
            StringComparison.Ordinal);
        foreach (string wrong in (string[])["null", "{}", "1.5", "-1", "[", "\"\""])
        {
            Write("a.tar", TarEntryFormat.Pax, Sample(0, "0"), Sample(1, wrong));
            _folder.Refusal<FileFormatException>(_folder.File("a.tar"), new ImportOptions { Label = label });
        }

        Assert.Contains(
            "`json.label`", _folder.Refusal<TessarException>(_folder.File("a.tar"), new ImportOptions { Label = "json" }).Message,
            StringComparison.Ordinal);

        (string, byte[])[] Sample(int key, string value) => [($"{key}.json", Encoding.UTF8.GetBytes(before + value + after))];
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Damaged_archives_end_with_the_named_error(TarEntryFormat format)
    {
        string name = new('n', format == TarEntryFormat.Ustar ? 90 : 150);
        Write("a.tar", format,
            [($"{name}0.png", Photos.Png(3, 4, 1)), ($"{name}0.cls", "1"u8.ToArray()), (
                $"{name}0.v.npy", Npy.File("'<i4'", "()", Npy.Bytes(7)))],
            [($"{name}1.png", Photos.Png(3, 4, 1)), ($"{name}1.cls", "0"u8.ToArray()), (
                $"{name}1.v.npy", Npy.File("'<i4'", "()", Npy.Bytes(8)))]);
        _folder.SurvivesMutations(_folder.File("a.tar"), _folder.File("a.tar"), "webdataset", times: 100);
    }

    [Fact]
    public void Huge_extended_header_is_refused_before_it_is_read()
    {
        Write("a.tar", TarEntryFormat.Gnu, [(new string('n', 150) + ".txt", "1"u8.ToArray())]);
        byte[] file = File.ReadAllBytes(_folder.File("a.tar"));
        "17777777777"u8.CopyTo(file.AsSpan(124));
        file.AsSpan(148, 8).Fill((byte)' ');
        int sum = file.AsSpan(0, 512).ToArray().Sum(value => value);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(file, 148);
        File.WriteAllBytes(_folder.File("a.tar"), file);
        FileFormatException error = _folder.Refusal<FileFormatException>(_folder.File("a.tar"));
        Assert.Equal(124, error.Offset);
        Assert.Contains("extended header", error.Message, StringComparison.Ordinal);
    }

    private static TarEntry Entry(string name, byte[] content, TarEntryFormat format)
    {
        var data = new MemoryStream(content);
        return format switch
        {
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data },
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = data },
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name) { DataStream = data },
            _ => new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data },
        };
    }

    private void Write(string file, TarEntryFormat format, params (string Name, byte[] Content)[][] samples)
    {
        using FileStream stream = File.Create(_folder.File(file));
        using var writer = new TarWriter(stream, format);
        foreach ((string name, byte[] content) in samples.SelectMany(sample => sample))
            writer.WriteEntry(Entry(name, content, format));
    }
}
