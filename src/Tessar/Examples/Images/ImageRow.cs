using System.Buffers.Binary;

namespace Tessar.Examples.Images;

/// <summary>The sixteen bytes that say how the image of one row is coded and how large it is.</summary>
/// <remarks>Codec u8, channels u8, bits of a channel u8 (8), zero u8, height u32, width u32, zero u32.</remarks>
/// <param name="Codec">How it is coded.</param>
/// <param name="Shape">Its size once decoded.</param>
internal readonly record struct ImageRow(ImageCodec Codec, ImageShape Shape)
{
    /// <summary>How many bytes it takes.</summary>
    public const int Size = 16;

    /// <summary>Most pixels an image may have.</summary>
    public const long MostPixels = 1 << 28;

    /// <summary>True for 1 to 4 channels, sides of at least 1, at most 2^28 pixels and less than 2 GiB.</summary>
    public static bool IsLegal(ImageShape shape) =>
        shape is { Height: >= 1, Width: >= 1, Channels: >= 1 and <= 4 }
        && (long)shape.Height * shape.Width <= Math.Min(MostPixels, int.MaxValue / shape.Channels);

    /// <summary>Reads what <see cref="Write"/> wrote; null when the bytes aren't legal.</summary>
    public static ImageRow? Read(ReadOnlySpan<byte> bytes)
    {
        uint height = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), width =
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (bytes[0] > (byte)ImageCodec.Png || bytes[2] != 8 || bytes[3] != 0 || height > int.MaxValue || width > int.MaxValue
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != 0)
            return null;
        var shape = new ImageShape((int)height, (int)width, bytes[1]);
        return IsLegal(shape) ? new ImageRow((ImageCodec)bytes[0], shape) : null;
    }

    /// <summary>Writes the sixteen bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        (bytes[0], bytes[1], bytes[2]) = ((byte)Codec, (byte)Shape.Channels, 8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Shape.Height);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Shape.Width);
    }
}
