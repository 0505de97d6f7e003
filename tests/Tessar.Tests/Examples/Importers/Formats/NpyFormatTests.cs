using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class NpyFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("(2, 2, 3)", false)]
    [InlineData("(2, 2, 3, 1)", false)]
    [InlineData("(2, 1, 5, 6)", true)]
    public void Array_of_bytes_becomes_pictures(string shape, bool isPlanar)
    {
        int size = isPlanar ? 30 : 6;
        ExampleStore store = Import(Npy.File("'|u1'", shape, Npy.Ramp(2 * size)));
        Assert.Equal(isPlanar ? new ImageShape(5, 6, 1) : new ImageShape(2, 3, 1), store.Image);
        Assert.Equal(Npy.Ramp(2 * size)[size..], ExampleSet.Parse(store, "train").Image(1).ToArray());
        store.Dispose();
    }

    [Fact]
    public void Planes_become_pixels()
    {
        using ExampleStore store = Import(Npy.File("'|u1'", "(1, 3, 2, 5)", Npy.Ramp(30)));
        Assert.Equal(new ImageShape(2, 5, 3), store.Image);
        byte[] expected = [.. Enumerable.Range(0, 30).Select(i => (byte)((i % 3 * 10) + (i / 3)))];
        Assert.Equal(expected, ExampleSet.Parse(store, "train").Image(0).ToArray());
    }

    [Theory]
    [InlineData("'|b1'", ElementType.U8, 1.0, 0.0)]
    [InlineData("'|i1'", ElementType.I32, -3.0, 127.0)]
    [InlineData("'<u2'", ElementType.I32, 3.0, 65535.0)]
    [InlineData("'>i2'", ElementType.I32, -3.0, 300.0)]
    [InlineData("'>i4'", ElementType.I32, -70000.0, 1.0)]
    [InlineData("'<u4'", ElementType.I64, 4294967295.0, 1.0)]
    [InlineData("'<i8'", ElementType.I64, -5000000000.0, 1.0)]
    [InlineData("'<u8'", ElementType.I64, 5000000000.0, 1.0)]
    [InlineData("'<f2'", ElementType.F32, -0.5, 1024.0)]
    [InlineData("'>f4'", ElementType.F32, -0.5, 1e10)]
    [InlineData("'<f8'", ElementType.F64, 0.1, 1e100)]
    public void Every_type_keeps_its_values(string descr, ElementType type, double first, double second)
    {
        using ExampleStore store = Import(Npy.File(descr, "(2,)", Encode(descr[1..^1], [first, second])), "z");
        StoreColumn column = store.Column("z");
        Assert.Equal((type, ColumnKind.Scalar), (column.Type, column.Kind));
        Assert.Equal(type == ElementType.F32 ? (float)first : first, Read(store, column, 0));
        Assert.Equal(type == ElementType.F32 ? (float)second : second, Read(store, column, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fortran_order_is_transposed_in_every_version(int version)
    {
        // a[i, j, k] = 100 i + 10 j + k; Fortran order runs over i first.
        int[] values =
            [.. from k in Enumerable.Range(0, 4) from j in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 2) select (100
                * i) + (10 * j) + k];
        using ExampleStore store = Import(Npy.File("'<i4'", "(2, 3, 4)", Npy.Bytes(values), isFortran: true, version), "z");
        int[] second = MemoryMarshal.Cast<byte, int>(store.Row(store.Column("z"), 1)).ToArray();
        Assert.Equal([100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123], second);
    }

    [Fact]
    public void Folder_of_arrays_names_columns_and_splits()
    {
        Directory.CreateDirectory(_folder.File("arrays"));
        foreach ((string split, int rows) in (ReadOnlySpan<(string, int)>)[("train", 4), ("test", 2)])
        {
            File.WriteAllBytes(_folder.File($"arrays/x_{split}.npy"), Npy.File("'|u1'", $"({rows}, 2, 3)", Npy.Ramp(rows * 6)));
            File.WriteAllBytes(
                _folder.File($"arrays/y_{split}.npy"),
                Npy.File("'<i8'", $"({rows}, 1)", Npy.Bytes([.. Enumerable.Range(0, rows).Select(i => (long)i)])));
        }

        using ExampleStore store = _folder.Import(_folder.File("arrays"));
        Assert.Equal([new StoreSplit("train", 0, 4), new StoreSplit("test", 4, 2)], store.Splits);
        Assert.Equal(["0", "1", "2", "3"], store.ClassNames);
        Assert.Equal(1, ExampleSet.Parse(store, "test").Label(1));
        Assert.Equal(["image", "label"], store.Manifest.Columns.Select(column => column.Name));
    }

    [Theory]
    [InlineData("'|O'", "(1,)", 8, "pickled")]
    [InlineData("[('a', '<f4')]", "(1,)", 8, "True")]
    [InlineData("'<c8'", "(1,)", 8, "complex numbers")]
    [InlineData("'<M8[ns]'", "(1,)", 8, "times")]
    [InlineData("'<U0'", "(1,)", 0, "`<U0`")]
    [InlineData("'<U2'", "(1,)", 8, "text in `z`")]
    [InlineData("'|S2'", "(1,)", 2, "text in `z`")]
    [InlineData("'|S2'", "(1, 2)", 4, "text, several in a row")]
    [InlineData("'<f4'", "(2,)", 4, "8 bytes")]
    [InlineData("'<f4'", "(2,)", 12, "8 bytes")]
    [InlineData("'<f4'", "(1099511627776,)", 8, "4398046511104 bytes")]
    [InlineData("'<f4'", "(9223372036854775807, 9223372036854775807)", 8, "bytes")]
    [InlineData("'<f4'", "()", 4, "shape []")]
    [InlineData("'<f4'", "(2, 0)", 0, "shape [2, 0]")]
    [InlineData("'<f4'", "(-1,)", 4, "an integer")]
    [InlineData("'<f8'", "(1,)", 8, "that a store can hold")]
    public void What_is_not_an_array_of_rows_is_refused(string descr, string shape, int bytes, string words)
    {
        byte[] data = new byte[bytes];
        data.AsSpan().Fill(0xFF);
        File.WriteAllBytes(_folder.File("z.npy"), Npy.File(descr, shape, data));
        Assert.Contains(words, _folder.Refusal<FileFormatException>(_folder.File("z.npy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unsigned_number_of_2_to_the_63_is_refused_with_its_place()
    {
        byte[] file = Npy.File("'<u8'", "(3,)", Npy.Bytes(1UL, 1UL << 63, 0UL));
        File.WriteAllBytes(_folder.File("z.npy"), file);
        Assert.Equal(file.Length - 16, _folder.Refusal<FileFormatException>(_folder.File("z.npy")).Offset);
    }

    [Fact]
    public void Damaged_files_end_with_the_named_error()
    {
        File.WriteAllBytes(
            _folder.File("z.npy"),
            Npy.File("'<f4'", "(6, 2, 3)", Npy.Bytes([.. Enumerable.Range(0, 36).Select(i => (float)i)]), isFortran: true));
        _folder.SurvivesMutations(_folder.File("z.npy"), _folder.File("z.npy"), "npy");
    }

    private static double Read(ExampleStore store, StoreColumn column, int row) => column.Type switch
    {
        ElementType.U8 => store.Row(column, row)[0],
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(store.Row(column, row)),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(store.Row(column, row)),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(store.Row(column, row)),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(store.Row(column, row)),
    };

    private static byte[] Encode(string descr, double[] values) => [.. values.SelectMany(value =>
    {
        byte[] bytes = descr[1..] switch
        {
            "b1" => [value == 0 ? (byte)0 : (byte)7],
            "i1" => [(byte)(sbyte)value],
            "u2" => Npy.Bytes((ushort)value),
            "i2" => Npy.Bytes((short)value),
            "i4" => Npy.Bytes((int)value),
            "u4" => Npy.Bytes((uint)value),
            "i8" => Npy.Bytes((long)value),
            "u8" => Npy.Bytes((ulong)value),
            "f2" => Npy.Bytes((Half)value),
            "f4" => Npy.Bytes((float)value),
            _ => Npy.Bytes(value),
        };
        if (descr[0] == '>')
            Array.Reverse(bytes);
        return bytes;
    })];

    private ExampleStore Import(byte[] file, string name = "x")
    {
        File.WriteAllBytes(_folder.File($"{name}.npy"), file);
        return _folder.Import(_folder.File($"{name}.npy"));
    }
}
