using System.Buffers.Binary;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Walks the messages of an Arrow IPC stream or file and compares their lengths with what is there.</summary>
/// <remarks>
/// A message: FF FF FF FF, length of its metadata (i32), the metadata (<see cref="ArrowMessage"/>), the body. A stream is such
/// messages, the first a schema; length 0 ends it. A file is the mark ARROW1, two zero bytes, messages, a footer with the schema
/// and the places of the messages, the footer's length (i32), ARROW1; what stands between mark and footer is found through the
/// footer alone, for some writers put no schema there. Source: Arrow columnar format, "Encapsulated message format" and "IPC file
/// format".
/// </remarks>
internal static class ArrowWalk
{
    /// <summary>What an Arrow file begins and ends with; a stream begins with its first message.</summary>
    public static ReadOnlySpan<byte> FileMark => "ARROW1"u8;

    /// <summary>What a message begins with.</summary>
    public static ReadOnlySpan<byte> MessageMark => [0xFF, 0xFF, 0xFF, 0xFF];

    private const int LongestMetadata = 1 << 26, FileStart = 8, FileEnd = 10;

    /// <summary>Checks all messages.</summary>
    /// <returns>True for a file, false for a stream.</returns>
    /// <exception cref="FileFormatException">One is damaged or longer than the file.</exception>
    public static bool Check(string path)
    {
        using FileStream file = SourceFile.Open(path);
        byte[] head = new byte[8];
        if (file.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8 && head.AsSpan().StartsWith(FileMark))
        {
            CheckFile(file, path);
            return true;
        }

        CheckStream(file, path);
        return false;
    }

    private static void CheckStream(FileStream file, string path)
    {
        for (long at = 0; at < file.Length;)
        {
            (byte kind, long length) = CheckMessage(file, path, at);
            if (length == 0)
                return;
            if ((kind == ArrowMessage.Schema) != (at == 0))
                throw SourceFile.Refuse(
                    path, at, at == 0 ? "a schema first" : "batches behind the schema", $"a message of kind {kind}");
            at += length;
        }

        // A stream may end without its end mark.
        if (file.Length == 0)
            throw SourceFile.Refuse(path, 0, "a message", "the end of the file");
    }

    private static void CheckFile(FileStream file, string path)
    {
        byte[] end = new byte[FileEnd];
        long footerEnd = file.Length - FileEnd;
        if (footerEnd >= FileStart)
        {
            file.Position = footerEnd;
            file.ReadExactly(end);
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (!end.AsSpan(4).SequenceEqual(FileMark))
            throw SourceFile.Refuse(
                path, Math.Max(0, footerEnd), "a footer and ARROW1 at the end of an Arrow file",
                "none; the file may be cut short");
        if (length < 8 || length > Math.Min(LongestMetadata, footerEnd - FileStart))
            throw SourceFile.Refuse(path, footerEnd, $"a footer of at most {footerEnd - FileStart} bytes", $"{length}");
        byte[] footer = new byte[length];
        file.Position = footerEnd - length;
        file.ReadExactly(footer);
        try
        {
            foreach ((long offset, int metadata, long body) in ArrowMessage.CheckFooter(footer))
            {
                if (offset < FileStart || metadata < 8 || body < 0 || offset > footerEnd - length - metadata
                    || body > footerEnd - length - metadata - offset)
                    throw SourceFile.Refuse(
                        path, footerEnd - length, $"batches within the file of {file.Length} bytes",
                        $"{metadata} and {body} bytes from byte {offset}");
                (byte kind, long whole) = CheckMessage(file, path, offset);
                if (kind == ArrowMessage.Schema || whole != metadata + body)
                    throw SourceFile.Refuse(
                        path, offset, $"a batch of {metadata + body} bytes, by the footer",
                        $"a message of kind {kind} with {whole}");
            }
        }
        catch (InvalidDataException e)
        {
            throw SourceFile.Refuse(path, footerEnd - length, "a footer whose parts lie within it", e.Message, e);
        }
    }

    /// <summary>Kind and length of a message, its body included; length 0 for the end of a stream.</summary>
    private static (byte Kind, long Length) CheckMessage(FileStream file, string path, long at)
    {
        byte[] head = new byte[8];
        file.Position = at;
        if (file.ReadAtLeast(head, 8, throwOnEndOfStream: false) < 8)
            throw SourceFile.Refuse(path, at, "a message", "the end of the file");
        int length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (!head.AsSpan(0, 4).SequenceEqual(MessageMark) || length < 0
            || length > Math.Min(LongestMetadata, file.Length - at - 8))
            throw SourceFile.Refuse(path, at, "FF FF FF FF and a length within the file", Convert.ToHexString(head));
        if (length == 0)
            return (0, 0);
        byte[] metadata = new byte[length];
        file.ReadExactly(metadata);
        (byte kind, long body) = Inspect(path, at + 8, metadata);
        long left = file.Length - at - 8 - length;
        return body >= 0 && body <= left
            ? (kind, 8 + length + body)
            : throw SourceFile.Refuse(path, at + 8, $"a message with a body of at most {left} bytes", $"{body}");
    }

    private static (byte Kind, long Body) Inspect(string path, long at, byte[] metadata)
    {
        try
        {
            (byte kind, long length) = ArrowMessage.Check(metadata);
            return kind is ArrowMessage.Schema or ArrowMessage.DictionaryBatch or ArrowMessage.RecordBatch
                ? (kind, length)
                : throw SourceFile.Refuse(
                path, at, "a schema, a record batch or a dictionary", $"a message of kind {kind}");
        }
        catch (InvalidDataException e)
        {
            throw SourceFile.Refuse(path, at, "a message whose parts lie within it", e.Message, e);
        }
    }
}
