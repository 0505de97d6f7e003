using System.IO.Compression;
using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class NpzFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_of_the_arrays_tell_columns_and_splits()
    {
        Write("mnist.npz", ("x_test", Images(2)), ("y_test", Labels(2)), ("x_train", Images(5)), ("y_train", Labels(5)));
        using ExampleStore store = _folder.Import(_folder.File("mnist.npz"));
        Assert.Equal([new StoreSplit("train", 0, 5), new StoreSplit("test", 5, 2)], store.Splits);
        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, 5).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal(Npy.Ramp(30)[24..], ExampleSet.Parse(store, "train").Image(4).ToArray());
        Assert.Equal(("npz", "mnist.npz"), (store.Manifest.Provenance.Kind, store.Manifest.Provenance.Sources.Single().Name));
    }

    [Fact]
    public void Two_archives_become_two_splits()
    {
        Write("a.npz", ("x", Images(4)), ("y", Labels(4)));
        Write("b.npz", ("x", Images(3)), ("y", Labels(3)));
        using ExampleStore store = _folder.Import($"train={_folder.File("a.npz")},holdout={_folder.File("b.npz")}");
        Assert.Equal([("train", 4L), ("holdout", 3L)], store.Splits.Select(split => (split.Name, split.Count)));
    }

    [Fact]
    public void One_archive_can_be_named_cut_and_limited()
    {
        Write("a.npz", ("pixels", Images(9)), ("digit", Labels(9)));
        using ExampleStore named = _folder.Import(
            _folder.File("a.npz"), new ImportOptions { Split = "all", Image = "pixels", Label = "digit" });
        Assert.Equal(new StoreSplit("all", 0, 9), named.Splits.Single());
        Assert.Equal(2, ExampleSet.Parse(named, "all").Label(8));
        var limits = new Dictionary<string, long>(StringComparer.Ordinal) { ["test"] = 3 };
        using ExampleStore cut = _folder.Import(
            _folder.File("a.npz"),
            new ImportOptions { Label = "digit", Splits = [new("train", 4), new("test", null)], Limits = limits });
        Assert.Equal([("train", 4L), ("test", 3L)], cut.Splits.Select(split => (split.Name, split.Count)));
        Assert.Equal([1, 2, 0], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(cut, "test").Label(i)));
        Assert.Contains("ask for 10 rows of 9", _folder.Refusal<ArgumentException>(
            _folder.File("a.npz"), new ImportOptions { Splits = [new("train", 10)] }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_and_unsuitable_columns_are_refused_by_name()
    {
        Write("a.npz", ("pixels", Images(9)), ("digit", Labels(9)));
        Assert.Contains(
            "pixels, digit",
            Sorted(_folder.Refusal<TessarException>(_folder.File("a.npz"), new ImportOptions { Image = "pixel" }).Message),
            StringComparison.Ordinal);
        Assert.Contains(
            "can't be pictures",
            _folder.Refusal<TessarException>(_folder.File("a.npz"), new ImportOptions { Image = "digit" }).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "can't be classes",
            _folder.Refusal<TessarException>(_folder.File("a.npz"), new ImportOptions { Label = "pixels" }).Message,
            StringComparison.Ordinal);

        static string Sorted(string message) => message.Replace("digit, pixels", "pixels, digit", StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_from_0_to_1_become_pictures_when_they_were_bytes()
    {
        float[] bytes = [.. Enumerable.Range(0, 18).Select(i => i * 14 / 255f)];
        Write("a.npz", ("x", Npy.File("'<f4'", "(3, 2, 3)", Npy.Bytes(bytes))));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(
            [.. Enumerable.Range(12, 6).Select(i => (byte)(i * 14))], ExampleSet.Parse(store, "train").Image(2).ToArray());
        bytes[17] = 0.5f;
        Write("a.npz", ("x", Npy.File("'<f4'", "(3, 2, 3)", Npy.Bytes(bytes))));
        using ExampleStore other = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(ColumnKind.Tensor, other.Column("x").Kind);
        Assert.Contains(
            "0.5", _folder.Refusal<FileFormatException>(_folder.File("a.npz"), new ImportOptions { Image = "x" }).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(0.5)]
    [InlineData(1e9)]
    public void Numbers_that_are_no_classes_stay_numbers_unless_asked_for(double value)
    {
        Write("a.npz", ("x", Images(2)), ("y", Npy.File("'<f8'", "(2,)", Npy.Bytes(1.0, value))));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(["image", "y"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Contains(
            "whole numbers",
            _folder.Refusal<FileFormatException>(_folder.File("a.npz"), new ImportOptions { Label = "y" }).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Different_numbers_of_rows_are_refused()
    {
        Write("a.npz", ("x", Images(4)), ("y", Labels(3)));
        string message = _folder.Refusal<FileFormatException>(_folder.File("a.npz")).Message;
        Assert.Contains("4 rows in `y`, as in `x`", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Doubled_arrays_and_foreign_files_are_refused()
    {
        Write("a.npz", ("x", Images(4)), ("x", Images(4)));
        Assert.Contains(
            "`x` twice", _folder.Refusal<FileFormatException>(_folder.File("a.npz")).Message, StringComparison.Ordinal);
        Write("a.npz", ("x", "not an array"u8.ToArray()));
        Assert.Contains("NUMPY", _folder.Refusal<FileFormatException>(_folder.File("a.npz")).Message, StringComparison.Ordinal);
        Write("a.npz");
        Assert.Contains("none", _folder.Refusal<FileFormatException>(_folder.File("a.npz")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Every_flipped_bit_gives_the_same_rows_or_the_named_error(CompressionLevel level)
    {
        File.WriteAllBytes(_folder.File("a.npz"), Npy.Archive(level, ("x", Images(3)), ("y", Labels(3))));
        int bits = 8 * (int)new FileInfo(_folder.File("a.npz")).Length;
        int refused = _folder.SurvivesFlips(_folder.File("a.npz"), _folder.File("a.npz"), new ImportOptions { Format = "npz" });
        Assert.InRange(refused, bits / 2, bits);
    }

    [Fact]
    public void Checksum_is_compared_beyond_the_rows_that_are_taken()
    {
        File.WriteAllBytes(
            _folder.File("a.npz"), Npy.Archive(CompressionLevel.NoCompression, ("x", Images(9)), ("y", Labels(9))));
        byte[] file = File.ReadAllBytes(_folder.File("a.npz"));
        int last = file.AsSpan().LastIndexOf(Npy.Ramp(54)) + 53;
        file[last] ^= 1;
        File.WriteAllBytes(_folder.File("a.npz"), file);
        var limits = new Dictionary<string, long>(StringComparer.Ordinal) { ["train"] = 1 };
        Assert.Contains(
            "checksum",
            _folder.Refusal<FileFormatException>(_folder.File("a.npz"), new ImportOptions { Limits = limits }).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void True_is_white(bool isPlanar)
    {
        byte[] truths = [.. Enumerable.Range(0, 60).Select(i => (byte)(i % 7 == 0 ? 1 : 0))];
        Write(
            "a.npz", ("x", Npy.File("'|b1'", isPlanar ? "(2, 3, 2, 5)" : "(2, 6, 5)", truths)),
            ("flag", Npy.File("'|b1'", "(2,)", [1, 0])));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        IEnumerable<int> expected = Enumerable.Range(0, 30)
            .Select(i => truths[30 + (isPlanar ? (i % 3 * 10) + (i / 3) : i)] * 255);
        Assert.Equal(expected, ExampleSet.Parse(store, "train").Image(1).ToArray().Select(pixel => (int)pixel));
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(i => (int)store.Row(store.Column("flag"), i)[0]));
    }

    [Fact]
    public void Truth_values_in_one_file_and_bytes_in_another_are_refused()
    {
        Write("a.npz", ("x", Npy.File("'|b1'", "(1, 2, 2)", [1, 0, 1, 0])));
        Write("b.npz", ("x", Npy.File("'|u1'", "(1, 2, 2)", [1, 0, 1, 0])));
        Assert.Contains(
            "BOOL", _folder.Refusal<FileFormatException>($"train={_folder.File("a.npz")},test={_folder.File("b.npz")}").Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_asked_for_is_left_out_and_said()
    {
        Write(
            "a.npz", ("x", Images(2)), ("when", Npy.File("'<M8[ns]'", "(2,)", new byte[16])),
            ("names", Npy.File("'|O'", "(7,)", new byte[90])));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(["image"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal("times", store.Manifest.Provenance.Settings["unread.when"]);
        Assert.Contains("pickled", store.Manifest.Provenance.Settings["unread.names"], StringComparison.Ordinal);
        Assert.Contains(
            "`when` (times)",
            _folder.Refusal<TessarException>(_folder.File("a.npz"), new ImportOptions { Columns = ["when"] }).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_column_cannot_be_pictures_and_classes()
    {
        Write("a.npz", ("x", Npy.File("'|u1'", "(2, 1, 3)", Npy.Ramp(6))));
        string message = _folder.Refusal<TessarException>(
            _folder.File("a.npz"), new ImportOptions { Image = "x", Label = "x" }).Message;
        Assert.Contains("both", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_were_asked_for_are_taken_alone()
    {
        Write(
            "a.npz", ("x", Images(4)), ("y", Labels(4)), ("count", Npy.File("'<i4'", "(1,)", [9, 0, 0, 0])), ("z", Labels(4)));
        Assert.Contains(
            "1 rows in `x`, as in `count`",
            _folder.Refusal<FileFormatException>(_folder.File("a.npz"), new ImportOptions { Columns = ["x", "count"] }).Message,
            StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("a.npz"), new ImportOptions { Columns = ["x", "z"] });
        Assert.Equal(["image", "z"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Contains(
            "Did you mean",
            _folder.Refusal<TessarException>(_folder.File("a.npz"), new ImportOptions { Columns = ["x", "zz"] }).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'<U3'", 4, false)]
    [InlineData("'>U3'", 4, true)]
    [InlineData("'|S3'", 1, false)]
    public void Text_arrays_are_classes(string descr, int width, bool isBigEndian)
    {
        byte[] data = new byte[4 * 3 * width];
        foreach ((int row, string name) in (ReadOnlySpan<(int, string)>)[(0, "dog"), (1, "ox"), (2, "cat"), (3, "ox")])
        {
            for (int i = 0; i < name.Length; i++)
                data[(((row * 3) + i) * width) + (isBigEndian ? width - 1 : 0)] = (byte)name[i];
        }

        Write("a.npz", ("x", Images(4)), ("y", Npy.File(descr, "(4,)", data)));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(["cat", "dog", "ox"], store.ClassNames);
        Assert.Equal([1, 2, 0, 2], Enumerable.Range(0, 4).Select(i => ExampleSet.Parse(store, "train").Label(i)));
    }

    [Fact]
    public void Names_that_differ_by_case_alone_need_a_choice()
    {
        Write("a.npz", ("x", Images(3)), ("y", Npy.File("'|S3'", "(3,)", "catCatdog"u8.ToArray())));
        Assert.Contains(
            "`Cat` and `cat`", _folder.Refusal<FileFormatException>(_folder.File("a.npz")).Message, StringComparison.Ordinal);
        using ExampleStore merged = _folder.Import(_folder.File("a.npz"), new ImportOptions { ClassCase = ClassCase.Merge });
        Assert.Equal(
            ("Cat,dog", "0,0,1"),
            (string.Join(',', merged.ClassNames), string.Join(
                ',', Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(merged, "train").Label(i)))));
        using ExampleStore kept = _folder.Import(_folder.File("a.npz"), new ImportOptions { ClassCase = ClassCase.Keep });
        Assert.Equal([1, 0, 2], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(kept, "train").Label(i)));
    }

    [Theory]
    [InlineData("'|b1'")]
    [InlineData("'|u1'")]
    [InlineData("'<f4'")]
    public void One_hot_rows_are_classes(string descr)
    {
        byte[] rows = [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1];
        byte[] data = descr == "'<f4'" ? Npy.Bytes([.. rows.Select(value => (float)value)]) : rows;
        Write("a.npz", ("x", Images(3)), ("y", Npy.File(descr, "(3, 4)", data)));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(["0", "1", "2", "3"], store.ClassNames);
        Assert.Equal([2, 0, 3], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        using ExampleStore named = _folder.Import(
            _folder.File("a.npz"), new ImportOptions { Label = "y", Classes = ["a", "b", "c", "d"] });
        Assert.Equal("d", named.ClassNames[ExampleSet.Parse(named, "train").Label(2)]);
    }

    [Theory]
    [InlineData(0, 0, "only zeros")]
    [InlineData(1, 1, "two numbers that are 1")]
    [InlineData(0, 7, "7")]
    public void Rows_that_are_not_one_hot_stay_numbers_unless_asked_for(byte first, byte second, string found)
    {
        Write("a.npz", ("x", Images(2)), ("y", Npy.File("'|u1'", "(2, 2)", [0, 1, first, second])));
        using ExampleStore store = _folder.Import(_folder.File("a.npz"));
        Assert.Equal(["image", "y"], store.Manifest.Columns.Select(column => column.Name));
        string message = _folder.Refusal<FileFormatException>(_folder.File("a.npz"), new ImportOptions { Label = "y" }).Message;
        Assert.Contains($"{found} in row 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_archives_end_with_the_named_error()
    {
        Write("a.npz", ("x", Images(9)), ("y", Labels(9)));
        _folder.SurvivesMutations(_folder.File("a.npz"), _folder.File("a.npz"), "npz");
    }

    private static byte[] Images(int rows) => Npy.File("'|u1'", $"({rows}, 2, 3)", Npy.Ramp(rows * 6));

    private static byte[] Labels(int rows) =>
        Npy.File("'<i8'", $"({rows},)", Npy.Bytes([.. Enumerable.Range(0, rows).Select(i => (long)(i % 3))]));

    private void Write(string file, params (string Name, byte[] File)[] arrays) =>
        File.WriteAllBytes(_folder.File(file), Npy.Archive(arrays));
}
