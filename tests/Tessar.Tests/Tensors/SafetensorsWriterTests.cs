using System.Text;
using CsCheck;
using Tessar.Tensors;

namespace Tessar.Tests.Tensors;

public sealed class SafetensorsWriterTests
{
    [Fact]
    public void Bytes_are_the_length_the_padded_header_and_the_data_by_alignment_then_name()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter();
        writer.Add("z", new byte[] { 7 });
        writer.Add("b", new float[] { 1, 2 }, 2, 1);
        writer.Add("a", new int[] { 3 }, 1);
        writer.Add("y", new long[] { 4 }, 1);
        writer.Metadata["step"] = "5";
        writer.Save(folder.File("a"));
        const string Header =
            """{"__metadata__":{"step":"5"},"y":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[12,20]},"z":{"dtype":"U8","shape":[],"data_offsets":[20,21]}}""";
        byte[] header = Encoding.UTF8.GetBytes(Header.PadRight((Header.Length + 7) / 8 * 8));
        byte[] expected =
        [
            .. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes(4L), .. BitConverter.GetBytes(3),
            .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), 7,
        ];
        Assert.Equal(expected, File.ReadAllBytes(folder.File("a")));
    }

    [Fact]
    public void Order_of_adding_does_not_change_a_byte()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["conv.weight", "conv.bias", "é", "a", "B"];
        foreach (string[] order in (string[][])[names, [.. names.Reverse()]])
        {
            var writer = new SafetensorsWriter();
            foreach (string name in order)
            {
                writer.Add(name, new float[] { name.Length }, 1);
                writer.Metadata[name] = name;
            }

            writer.Save(folder.File(order[0] == names[0] ? "first" : "second"));
        }

        Assert.Equal(File.ReadAllBytes(folder.File("first")), File.ReadAllBytes(folder.File("second")));
    }

    [Fact]
    public void Round_trip_keeps_every_array() => Gen.Select(
        Gen.Float.Array[0, 50], Gen.Double.Array[0, 50], Gen.Int.Array[0, 50], Gen.Long.Array[0, 50], Gen.Byte.Array[0, 50],
        Gen.String, Gen.String).Sample(
        (singles, doubles, ints, longs, bytes, name, text) =>
        {
            using var folder = new TemporaryFolder();
            var writer = new SafetensorsWriter();
            name = "s" + name.Replace('\0', ' ');
            bool isText = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name + text)) == name + text;
            name = isText ? name : "s";
            writer.Add(name, singles, singles.Length);
            writer.Add("d", doubles, doubles.Length, 1);
            writer.Add("i", ints, 1, ints.Length);
            writer.Add("l", longs, longs.Length);
            writer.Add("b", bytes, bytes.Length);
            writer.Add("h", Array.ConvertAll(singles, x => (Half)x), singles.Length);
            writer.Metadata["text"] = isText ? text : "";
            writer.Save(folder.File("a"));
            using var file = SafetensorsFile.Open(folder.File("a"));
            Assert.Equal(singles, file.ReadSingles(name));
            Assert.Equal(doubles, file.ReadDoubles("d"));
            Assert.Equal(ints, file.ReadInt32s("i"));
            Assert.Equal(longs, file.ReadInt64s("l"));
            Assert.Equal(bytes, file.ReadBytes("b"));
            Assert.Equal(Array.ConvertAll(singles, x => (Half)x), file.ReadHalves("h"));
            Assert.Equal(isText ? text : "", file.Metadata["text"]);
            Assert.All(
                file.Entries,
                entry => Assert.Equal(0, entry.Offset % (entry.Type is ElementType.F64 or ElementType.I64 ? 8 : 1)));
        },
        iter: 100);

    [Fact]
    public void Tensors_are_aligned_to_their_elements()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter();
        foreach (ElementType type in Enum.GetValues<ElementType>())
            writer.Add($"{type}", type, [3], stream => stream.Write(new byte[3 * ElementTypes.SizeOf(type)]));
        writer.Save(folder.File("a"));
        using var file = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal(Enum.GetValues<ElementType>().Order(), file.Entries.Select(entry => entry.Type).Order());
        Assert.All(file.Entries, entry => Assert.Equal(0, entry.Offset % ElementTypes.SizeOf(entry.Type)));
    }

    [Fact]
    public void Empty_file_and_empty_tensors_are_legal()
    {
        using var folder = new TemporaryFolder();
        new SafetensorsWriter().Save(folder.File("none"));
        using var none = SafetensorsFile.Open(folder.File("none"));
        Assert.Empty(none.Entries);
        var writer = new SafetensorsWriter();
        writer.Add("empty", Array.Empty<float>(), 0, long.MaxValue / 8);
        writer.Add("one", new float[] { 1 }, 1);
        writer.Save(folder.File("empty"));
        using var file = SafetensorsFile.Open(folder.File("empty"));
        Assert.Empty(file.ReadSingles("empty"));
        Assert.Equal([1f], file.ReadSingles("one"));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", new float[6], 2, 3);
        Assert.Contains(
            "`a`", Assert.Throws<ArgumentException>(() => writer.Add("a", new float[1], 1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "5 elements but shape [2, 3] has 6",
            Assert.Throws<ArgumentException>(() => writer.Add("b", new float[5], 2, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", new float[1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add("c", ElementType.F32, [-1], _ => { }));
        Assert.Throws<OverflowException>(() => writer.Add("d", ElementType.F64, [long.MaxValue, 2], _ => { }));
    }

    [Fact]
    public void Callback_that_writes_another_length_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter();
        writer.Add("a", ElementType.F32, [2], stream => stream.Write(new byte[7]));
        Assert.Contains(
            "`a` wrote 7 bytes, but its shape has 8",
            Assert.Throws<InvalidOperationException>(() => writer.Save(folder.File("a"))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Full_disk_is_an_environment_error_that_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter();
        writer.Add("a", ElementType.F32, [2], _ => FullDisk.Fill());
        Assert.Equal(ErrorKind.Environment, Assert.Throws<TessarException>(() => writer.Save(folder.File("a"))).Kind);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
