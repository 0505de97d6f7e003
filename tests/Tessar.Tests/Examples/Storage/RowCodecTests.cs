using System.Buffers.Binary;
using CsCheck;
using Tessar.Examples.Storage;

namespace Tessar.Tests.Examples.Storage;

public sealed class RowCodecTests
{
    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void Every_value_comes_back(string codec) => Gen.Byte.Array[0, 3000].Sample(
        value => Assert.Equal(value, Restore(codec, Compress(codec, value))), iter: 200);

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void The_most_compressible_value_is_within_the_ratio_that_is_believed(string codec)
    {
        byte[] value = new byte[50 << 20];
        byte[] compressed = Compress(codec, value);
        Assert.Equal(value.Length, RowCodec.LengthOf(codec, compressed));
        Assert.Equal(value, Restore(codec, compressed));
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void Length_that_the_bytes_cannot_hold_is_refused(string codec)
    {
        byte[] compressed = Compress(codec, [1, 2, 3, 4, 5]);
        foreach (int length in (int[])[-1, int.MinValue, int.MaxValue])
        {
            BinaryPrimitives.WriteInt32LittleEndian(compressed, length);
            Assert.Equal(-1, RowCodec.LengthOf(codec, compressed));
        }

        Assert.Equal(-1, RowCodec.LengthOf(codec, [0, 0, 0]));
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void Changed_bytes_give_a_value_of_the_length_or_none(string codec) => Gen.Select(
        Gen.Byte.Array[1, 300], Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[1, 4]).Sample(
        (value, changes) =>
        {
            byte[] compressed = Compress(codec, value);
            foreach ((int at, byte to) in changes)
                compressed[at % compressed.Length] = to;
            int length = RowCodec.LengthOf(codec, compressed);
            if (length >= 0)
                RowCodec.TryDecompress(codec, compressed, new byte[length]);
            Assert.False(RowCodec.TryDecompress(codec, compressed, new byte[length == 7 ? 8 : 7]));
        },
        iter: 2000, threads: 1);

    private static byte[] Compress(string codec, byte[] value)
    {
        byte[] target = new byte[RowCodec.MostBytes(codec, value.Length)];
        return target[..RowCodec.Compress(codec, value, target)];
    }

    private static byte[] Restore(string codec, byte[] compressed)
    {
        byte[] value = new byte[RowCodec.LengthOf(codec, compressed)];
        Assert.True(RowCodec.TryDecompress(codec, compressed, value));
        return value;
    }
}
