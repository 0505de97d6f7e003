using System.IO.Hashing;
using System.Text;

namespace Tessar.Tests.Examples.Importers;

/// <summary>
/// A Parquet file of one column of whole numbers, written byte by byte, because the writer at hand writes no checksums.
/// </summary>
/// <remarks>
/// Thrift's compact protocol: a field is its distance to the last one and its type in a byte; whole numbers are zigzag varints.
/// </remarks>
internal static class ParquetBytes
{
    private const int Int32 = 5, Int64 = 6, Text = 8, List = 9, Structure = 12;

    /// <param name="name">Name of the column.</param>
    /// <param name="values">Its values.</param>
    /// <param name="hasChecksum">True to write the page's CRC-32.</param>
    /// <param name="start">Where the page's bytes begin.</param>
    /// <param name="end">Where they end.</param>
    public static byte[] Column(string name, int[] values, bool hasChecksum, out int start, out int end)
    {
        byte[] page = Npy.Bytes(values), text = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];
        int crc = unchecked((int)Crc32.HashToUInt32(page));
        byte[] header =
        [
            .. Field(1, Int32, Number(0)), .. Field(1, Int32, Number(page.Length)), .. Field(1, Int32, Number(page.Length)),
            .. hasChecksum ? Field(1, Int32, Number(crc)) : [],
            .. Field(
                hasChecksum ? 1 : 2, Structure,
                [.. Field(
                    1, Int32, Number(values.Length)), .. Field(1, Int32, Number(0)), .. Field(1, Int32, Number(3)),
                    .. Field(1, Int32, Number(3)), 0]),
            0,
        ];
        int chunk = header.Length + page.Length;
        byte[] data =
        [
            .. Field(1, Int32, Number(1)), .. Field(1, List, [0x15, .. Number(0)]), .. Field(1, List, [0x18, .. text]),
            .. Field(1, Int32, Number(0)),
            .. Field(1, Int64, Number(values.Length)), .. Field(1, Int64, Number(chunk)), .. Field(1, Int64, Number(chunk)),
            .. Field(2, Int64, Number(4)), 0,
        ];
        byte[] column = [.. Field(2, Int64, Number(4)), .. Field(1, Structure, data), 0];
        byte[] group = [
            .. Field(1, List, [0x1C, .. column]),
            .. Field(1, Int64, Number(chunk)),
            .. Field(1, Int64, Number(values.Length)),
            0
        ];
        byte[] root = [.. Field(4, Text, [4, .. "root"u8]), .. Field(1, Int32, Number(1)), 0];
        byte[] leaf = [.. Field(1, Int32, Number(1)), .. Field(2, Int32, Number(0)), .. Field(1, Text, text), 0];
        byte[] footer =
        [
            .. Field(1, Int32, Number(1)), .. Field(1, List, [0x2C, .. root, .. leaf]), .. Field(1, Int64, Number(values.Length)),
            .. Field(1, List, [0x1C, .. group]), 0,
        ];
        (start, end) = (4 + header.Length, 4 + chunk);
        return [.. "PAR1"u8, .. header, .. page, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
    }

    private static byte[] Field(int distance, int type, byte[] value) => [(byte)((distance << 4) | type), .. value];

    private static byte[] Number(long value)
    {
        var bytes = new List<byte>();
        ulong left = (ulong)((value << 1) ^ (value >> 63));
        for (; left >= 0x80; left >>= 7)
            bytes.Add((byte)(left | 0x80));
        return [.. bytes, (byte)left];
    }
}
