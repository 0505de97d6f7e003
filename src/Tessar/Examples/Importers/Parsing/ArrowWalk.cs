using System.Buffers.Binary;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Walks the messages of an Arrow IPC stream or file and compares their lengths with what is there.</summary>
/// <remarks>
/// A message: FF FF FF FF, length of its metadata (i32), the metadata (<see cref="ArrowMessage"/>), the body. Length 0 ends the stream. A file is the mark ARROW1, two zero bytes, such a stream, and a footer that isn't needed.
/// Source: Arrow columnar format, "Encapsulated message format" and "IPC file format".
/// </remarks>
internal static class ArrowWalk
{
    /// <summary>What an Arrow file begins with; a stream begins with its first message.</summary>
    public static ReadOnlySpan<byte> FileMark => "ARROW1"u8;

    /// <summary>What a message begins with.</summary>
    public static ReadOnlySpan<byte> MessageMark => [0xFF, 0xFF, 0xFF, 0xFF];

    private const int LongestMetadata = 1 << 26;

    /// <summary>Checks all messages.</summary>
    /// <returns>Where the first begins.</returns>
    /// <exception cref="FileFormatException">One is damaged or longer than the file.</exception>
    public static long Check(string path)
    {
        using FileStream file = SourceFile.Open(path);
        byte[] head = new byte[8];
        long start = file.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8 && head.AsSpan().StartsWith(FileMark) ? 8 : 0;
        for (long at = start; ;)
        {
            file.Position = at;
            if (file.ReadAtLeast(head, 8, throwOnEndOfStream: false) < 8)
            {
                // A stream may end without its end mark.
                return start == 0 && at == file.Length && at > 0 ? start : throw SourceFile.Refuse(path, at, "a message", "the end of the file");
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
            if (!head.AsSpan(0, 4).SequenceEqual(MessageMark) || length < 0 || length > Math.Min(LongestMetadata, file.Length - at - 8))
                throw SourceFile.Refuse(path, at, "FF FF FF FF and a length within the file", Convert.ToHexString(head));
            if (length == 0)
                return start;
            byte[] metadata = new byte[length];
            file.ReadExactly(metadata);
            long left = file.Length - at - 8 - length, body = BodyLength(path, at + 8, metadata);
            if (body < 0 || body > left)
                throw SourceFile.Refuse(path, at + 8, $"a message with a body of at most {left} bytes", $"{body}");
            at += 8 + length + body;
        }
    }

    private static long BodyLength(string path, long at, byte[] metadata)
    {
        try
        {
            (byte kind, long length) = ArrowMessage.Check(metadata);
            return kind is ArrowMessage.Schema or ArrowMessage.RecordBatch ? length : throw SourceFile.Refuse(
                path, at, "a schema or a record batch (columns with a dictionary aren't read)", $"a message of kind {kind}");
        }
        catch (InvalidDataException e)
        {
            throw SourceFile.Refuse(path, at, "a message whose parts lie within it", e.Message, e);
        }
    }
}
