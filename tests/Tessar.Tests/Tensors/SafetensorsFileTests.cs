using CsCheck;
using Tessar.Tensors;

namespace Tessar.Tests.Tensors;

public sealed class SafetensorsFileTests
{
    private const string TwoTensors =
        """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[1,3],"data_offsets":[8,11]}}""";

    [Fact]
    public void File_made_by_hand_is_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), SafetensorsTestFiles.Compose(TwoTensors + "  ", 11));
        using var file = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal("pt", Assert.Single(file.Metadata).Value);
        Assert.Equal(["b", "a"], file.Entries.Select(entry => entry.Name));
        Assert.True(file.TryGet("a", out TensorEntry? entry));
        Assert.Equal((ElementType.U8, 3L), (entry.Type, entry.Length));
        Assert.Equal([1L, 3L], entry.Shape);
        Assert.Equal([9, 10, 11], file.Bytes(entry).ToArray());
        Assert.Equal([10, 11], file.Bytes(entry, 1, 2).ToArray());
        Assert.Equal([BitConverter.ToSingle([1, 2, 3, 4]), BitConverter.ToSingle([5, 6, 7, 8])], file.ReadSingles("b"));
        Assert.False(file.TryGet("c", out _));
    }

    [Fact]
    public void Example_of_the_reference_implementation_is_read()
    {
        // From the documentation of SafeTensors::deserialize in huggingface/safetensors: the header isn't padded there.
        using var folder = new TemporaryFolder();
        byte[] bytes = [
            .. "<\0\0\0\0\0\0\0{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}"u8,
            .. new byte[16]
        ];
        File.WriteAllBytes(folder.File("a"), bytes);
        using var file = SafetensorsFile.Open(folder.File("a"));
        Assert.Equal([2L, 2L], Assert.Single(file.Entries).Shape);
        Assert.Equal([0, 0, 0, 0], file.ReadInt32s("test"));
    }

    [Theory]
    [InlineData("", "an empty header")]
    [InlineData("{}x", "text after the header")]
    [InlineData("[]", "no object")]
    [InlineData(" {}", "a space before the object")]
    [InlineData("{", "an unfinished object")]
    [InlineData("{\"a\":1}", "a number for a tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "no offsets")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", "no shape")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "no dtype")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", "an unknown dtype")]
    [InlineData("""{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}""", "a dtype that is no text")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "a negative dimension")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", "a fractional dimension")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "a dimension that is text")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", "a shape that is no array")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "fewer bytes than the shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "a product beyond 64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", "bytes beyond 64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""", "a dimension beyond 63 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "offsets in reverse")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", "three offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "a negative offset")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "offsets outside the file, or a hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "bytes that belong to no tensor")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""",
        "a hole")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
        "an overlap")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "the same bytes twice")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""",
        "a name twice")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""",
        "a name twice, once escaped")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}""", "a dtype twice")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "metadata that is no text")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "metadata twice")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "half of a surrogate pair")]
    public void Malformed_header_is_refused(string header, string why)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), SafetensorsTestFiles.Compose(header, 4));
        FileFormatException error = Assert.Throws<FileFormatException>(() => SafetensorsFile.Open(folder.File("a")));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Equal(folder.File("a"), error.Path);
        Assert.True(error.Offset is >= 0 && error.Offset <= new FileInfo(error.Path).Length, $"{why}: {error.Message}");
        Assert.Contains(folder.File("a"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offset_points_at_the_first_wrong_byte()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = SafetensorsTestFiles.Compose("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4);
        File.WriteAllBytes(folder.File("a"), bytes);
        Assert.Equal(8 + 14, Assert.Throws<FileFormatException>(() => SafetensorsFile.Open(folder.File("a"))).Offset);
        bytes[8 + 3] = 0xFF;
        File.WriteAllBytes(folder.File("a"), bytes);
        Assert.Equal(8 + 3, Assert.Throws<FileFormatException>(() => SafetensorsFile.Open(folder.File("a"))).Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000_001)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void Header_length_that_cannot_be_is_refused(long length)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = SafetensorsTestFiles.Compose("{}", 0);
        BitConverter.TryWriteBytes(bytes, length);
        File.WriteAllBytes(folder.File("a"), bytes);
        Assert.Equal(0, Assert.Throws<FileFormatException>(() => SafetensorsFile.Open(folder.File("a"))).Offset);
    }

    [Fact]
    public void File_cut_anywhere_is_refused()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = SafetensorsTestFiles.Compose(TwoTensors, 11);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder.File("a"), bytes[..length]);
            Assert.Throws<FileFormatException>(() => SafetensorsFile.Open(folder.File("a")));
        }
    }

    [Fact]
    public void Byte_added_anywhere_in_the_data_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), SafetensorsTestFiles.Compose(TwoTensors, 12));
        FileFormatException error = Assert.Throws<FileFormatException>(() => SafetensorsFile.Open(folder.File("a")));
        Assert.Equal(8 + TwoTensors.Length + 11, error.Offset);
    }

    [Fact]
    public void Every_changed_byte_gives_a_readable_file_or_the_named_error()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = SafetensorsTestFiles.Compose(TwoTensors, 11);
        for (int at = 0; at < 8 + TwoTensors.Length; at++)
        {
            foreach (byte value in (byte[])[0, (byte)'"', (byte)'0', (byte)'9', (byte)'}', 0x80, 0xFF])
            {
                byte[] changed = [.. bytes];
                changed[at] = value;
                ReadAllOrRefuse(folder.File("a"), changed);
            }
        }
    }

    [Fact]
    public void Random_changes_give_a_readable_file_or_the_named_error()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = SafetensorsTestFiles.Compose(TwoTensors, 11);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 8].Sample(
            changes =>
            {
                byte[] changed = [.. bytes];
                foreach ((int at, byte value) in changes)
                    changed[at] = value;
                ReadAllOrRefuse(folder.File("a"), changed);
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void Asking_for_another_type_or_name_says_what_the_file_has()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), SafetensorsTestFiles.Compose(TwoTensors, 11));
        using var file = SafetensorsFile.Open(folder.File("a"));
        FileFormatException error = Assert.Throws<FileFormatException>(() => file.ReadDoubles("b"));
        Assert.Contains("`b` to be F64, found F32", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<FileFormatException>(() => file.ReadSingles("c"));
        Assert.Contains("a tensor named `c`, found b, a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_outside_a_tensor_or_the_file_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), SafetensorsTestFiles.Compose(TwoTensors, 11));
        using var file = SafetensorsFile.Open(folder.File("a"));
        TensorEntry entry = file.Entries[0];
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(entry, 1, 8).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(entry, -1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(entry, 0, -1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(entry with { Offset = long.MaxValue - 4 }).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(entry with { Length = long.MaxValue }).Length);
    }

    [Fact]
    public void Disposed_file_refuses_to_be_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), SafetensorsTestFiles.Compose(TwoTensors, 11));
        var file = SafetensorsFile.Open(folder.File("a"));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadSingles("b"));
    }

    [Fact]
    public void Missing_file_and_folder_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ErrorKind.InputData, Assert.Throws<TessarException>(() => SafetensorsFile.Open(folder.File("none"))).Kind);
        Assert.Equal(ErrorKind.InputData, Assert.Throws<TessarException>(() => SafetensorsFile.Open(folder.Path)).Kind);
    }

    private static void ReadAllOrRefuse(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Open(path);
        }
        catch (FileFormatException)
        {
            return;
        }

        using (file)
            Assert.Equal(file.Entries.Sum(entry => entry.Length), file.Entries.Sum(entry => (long)file.Bytes(entry).Length));
    }
}
