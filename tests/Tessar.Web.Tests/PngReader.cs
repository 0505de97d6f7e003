using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Tessar.Examples;

namespace Tessar.Web.Tests;

/// <summary>Reads 8-bit PNG without interlacing, by the specification's rules and not by our writer's habits.</summary>
internal static class PngReader
{
    public static (ImageShape Shape, byte[] Pixels) Read(ReadOnlySpan<byte> file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8].ToArray());
        var shape = default(ImageShape);
        using var packed = new MemoryStream();
        string type = string.Empty;
        for (int at = 8; type != "IEND";)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            type = Encoding.ASCII.GetString(file.Slice(at + 4, 4));
            ReadOnlySpan<byte> data = file.Slice(at + 8, length);
            Assert.Equal(
                Crc32.HashToUInt32(file.Slice(at + 4, length + 4)),
                BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]));
            if (type == "IHDR")
            {
                int channels = data[9] switch
                {
                    0 => 1,
                    4 => 2,
                    2 => 3,
                    6 => 4,
                    var other => throw new InvalidDataException($"colour type {other}")
                };
                Assert.Equal((8, 0), (data[8], data[12]));
                shape = new ImageShape(
                    BinaryPrimitives.ReadInt32BigEndian(data[4..]), BinaryPrimitives.ReadInt32BigEndian(data), channels);
            }
            else if (type == "IDAT")
                packed.Write(data);
            at += 12 + length;
        }

        packed.Position = 0;
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);
        return (shape, Unfilter(rows.ToArray(), shape));
    }

    private static byte[] Unfilter(byte[] rows, ImageShape shape)
    {
        int length = shape.Width * shape.Channels, step = shape.Channels;
        byte[] pixels = new byte[shape.Height * length];
        for (int y = 0; y < shape.Height; y++)
        {
            byte filter = rows[y * (length + 1)];
            for (int x = 0; x < length; x++)
            {
                int left = x >= step ? pixels[y * length + x - step] : 0;
                int up = y > 0 ? pixels[(y - 1) * length + x] : 0;
                int corner = x >= step && y > 0 ? pixels[(y - 1) * length + x - step] : 0;
                int predicted = filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => throw new InvalidDataException($"filter {filter}"),
                };
                pixels[y * length + x] = (byte)(rows[y * (length + 1) + 1 + x] + predicted);
            }
        }

        return pixels;
    }

    private static int Paeth(int left, int up, int corner)
    {
        int p = left + up - corner, a = Math.Abs(p - left), b = Math.Abs(p - up), c = Math.Abs(p - corner);
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
