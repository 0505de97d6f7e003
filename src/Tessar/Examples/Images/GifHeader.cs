using System.Buffers.Binary;

namespace Tessar.Examples.Images;

/// <summary>
/// What the blocks of a GIF say: its size, whether its first frame is transparent anywhere, and whether there are more frames.
/// </summary>
/// <remarks>
/// Layout: GIF87a or GIF89a, width u16, height u16, flags, 2 bytes, perhaps a table of colours; then blocks: 21 is an extension
/// (F9 holds the transparency), 2C a frame, 3B the end. Source: the GIF89a specification.
/// </remarks>
internal static class GifHeader
{
    private const int ScreenBytes = 13, FrameBytes = 10, Extension = 0x21, Control = 0xF9, Frame = 0x2C;

    /// <summary>Reads it; blocks that are cut off are for the decoder to report.</summary>
    public static (ImageShape Shape, bool IsAnimated)? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < ScreenBytes)
            return null;
        int width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), height =
            BinaryPrimitives.ReadUInt16LittleEndian(file[8..]), frames = 0;
        bool isTransparent = false;
        for (int at = ScreenBytes + ColorBytes(file[10]); at < file.Length && frames < 2;)
        {
            if (file[at] == Extension && at + 4 < file.Length)
            {
                isTransparent |= frames == 0 && file[at + 1] == Control && (file[at + 3] & 1) != 0;
                at = SkipBlocks(file, at + 2);
            }
            else if (file[at] == Frame && at + FrameBytes < file.Length)
            {
                frames++;
                at = SkipBlocks(file, at + FrameBytes + ColorBytes(file[at + 9]) + 1);
            }
            else
            {
                break;
            }
        }

        return (new ImageShape(height, width, isTransparent ? 4 : 3), frames > 1);
    }

    /// <summary>Bytes of the table of colours that flags announce.</summary>
    private static int ColorBytes(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    /// <summary>Blocks of a length and as many bytes, up to one of length 0.</summary>
    private static int SkipBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
            at += file[at] + 1;
        return at + 1;
    }
}
