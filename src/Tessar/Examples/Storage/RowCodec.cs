using System.Buffers.Binary;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace Tessar.Examples.Storage;

/// <summary>Compresses the value of one row: its length (u32, little-endian), then an LZ4 block or a Zstandard frame.</summary>
/// <remarks>Both codecs are managed code, so a value gives the same bytes on every machine. Safe from several threads.</remarks>
internal static class RowCodec
{
    public const string Lz4 = "lz4";
    public const string Zstd = "zstd";

    private const int Prefix = sizeof(uint);

    /// <summary>A byte of an LZ4 block can stand for at most 255; 4 bytes of a Zstandard block for 128 KiB.</summary>
    private const int LargestLz4Ratio = 255, LargestZstdRatio = 32 << 10;

    /// <summary>The most bytes that <see cref="Compress"/> can need.</summary>
    public static int MostBytes(string codec, int length) =>
        checked(Prefix + (codec == Lz4 ? LZ4Codec.MaximumOutputSize(length) : Compressor.GetCompressBound(length)));

    /// <summary>Compresses a value.</summary>
    /// <param name="codec"><see cref="Lz4"/> or <see cref="Zstd"/>.</param>
    /// <param name="value">The value; may be empty.</param>
    /// <param name="target">At least <see cref="MostBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Compress(string codec, ReadOnlySpan<byte> value, Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, value.Length);
        if (value.Length == 0)
            return Prefix;
        if (codec == Lz4)
            return Prefix + LZ4Codec.Encode(value, target[Prefix..], LZ4Level.L00_FAST);
        using var compressor = new Compressor(Compressor.DefaultCompressionLevel);
        return Prefix + compressor.Wrap(value, target[Prefix..]);
    }

    /// <summary>Bytes that a compressed value says it has; −1 when it can't have them.</summary>
    public static int LengthOf(string codec, ReadOnlySpan<byte> compressed)
    {
        if (compressed.Length < Prefix)
            return -1;
        int length = BinaryPrimitives.ReadInt32LittleEndian(compressed);
        long most = (compressed.Length - Prefix) * (long)(codec == Lz4 ? LargestLz4Ratio : LargestZstdRatio);
        return length < 0 || length > most ? -1 : length;
    }

    /// <summary>Restores a value.</summary>
    /// <param name="codec"><see cref="Lz4"/> or <see cref="Zstd"/>.</param>
    /// <param name="compressed">What <see cref="Compress"/> wrote.</param>
    /// <param name="value">Exactly as long as <see cref="LengthOf"/> says.</param>
    /// <returns>False when the bytes aren't such a value.</returns>
    public static bool TryDecompress(string codec, ReadOnlySpan<byte> compressed, Span<byte> value)
    {
        if (LengthOf(codec, compressed) != value.Length)
            return false;
        if (value.Length == 0)
            return compressed.Length == Prefix;
        if (codec == Lz4)
            return LZ4Codec.Decode(compressed[Prefix..], value) == value.Length;
        try
        {
            using var decompressor = new Decompressor();
            return decompressor.TryUnwrap(compressed[Prefix..], value, out int written) && written == value.Length;
        }
        catch (ZstdException)
        {
            return false;
        }
    }
}
