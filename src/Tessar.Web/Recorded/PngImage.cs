using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Tessar.Examples;

namespace Tessar.Web.Recorded;

/// <summary>Writes small images as PNG: 8 bits a channel, no filter, no interlacing.</summary>
/// <remarks>Source: ISO/IEC 15948 (PNG), clauses 5 and 11.</remarks>
internal static class PngImage
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="pixels">[height, width, channels].</param>
    /// <param name="shape">1 channel is grey, 2 grey and alpha, 3 colour, 4 colour and alpha.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, ImageShape shape)
    {
        if (pixels.Length != shape.Size)
            throw new ArgumentException(
                $"An image of shape {shape} has {shape.Size} bytes, not {pixels.Length}.", nameof(pixels));
        byte colorType = shape.Channels switch
        {
            1 => 0,
            2 => 4,
            3 => 2,
            4 => 6,
            _ => throw new TessarException(
                $"An image of {shape.Channels} channels can't be drawn; 1 to 4 can. Import the data with fewer channels.",
                ErrorKind.InputData),
        };

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, shape.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], shape.Height);
        (header[8], header[9]) = (8, colorType);

        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(pixels, shape.Width * shape.Channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int rowLength)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int start = 0; start < pixels.Length; start += rowLength)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(start, rowLength));
            }
        }

        return packed.ToArray();
    }

    // Length, type, data, CRC-32 of type and data.
    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        var crc = new Crc32();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
