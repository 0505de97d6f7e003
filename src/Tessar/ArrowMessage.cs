using System.Buffers.Binary;

namespace Tessar;

/// <summary>Looks at the metadata of an Arrow IPC message before a parser that trusts them does.</summary>
/// <remarks>
/// The metadata are a flatbuffer: a Message has the kind of its header (field 1), the header (2) and the length of its body (3);
/// a Schema has its fields (1); a Field its children (5). A place may point anywhere, so a damaged schema can be its own child,
/// on which a recursive parser runs out of stack, and the process ends. Source: Arrow columnar format, "Encapsulated message
/// format".
/// </remarks>
internal static class ArrowMessage
{
    /// <summary>Kind of a message whose header is a schema.</summary>
    public const byte Schema = 1;

    /// <summary>Kind of a message whose header is a batch of a dictionary's values.</summary>
    public const byte DictionaryBatch = 2;

    /// <summary>Kind of a message whose header is a record batch.</summary>
    public const byte RecordBatch = 3;

    private const int DeepestNesting = 32, BlockBytes = 24;

    /// <summary>Checks a message, so that none of its counts exceeds its bytes and a parser can follow it to its end.</summary>
    /// <returns>Its kind, and the length of the body that follows the metadata, which may be anything.</returns>
    /// <exception cref="InvalidDataException">It points outside of itself, or holds more fields than bytes.</exception>
    public static (byte Kind, long BodyLength) Check(ReadOnlySpan<byte> metadata)
    {
        var message = FlatTable.Root(metadata);
        byte kind = message.Byte(1);
        int seen = 0;
        if (kind == Schema)
        {
            CheckFields(message.Table(2), children: 1, metadata: 2, depth: 0, ref seen, metadata.Length);
        }
        else if (kind is RecordBatch or DictionaryBatch)
        {
            // A dictionary's values (1) are a record batch of one column.
            FlatTable batch = kind == RecordBatch ? message.Table(2) : message.Table(2).Table(1);
            _ = batch.Count(1, elementBytes: 16) + batch.Count(2, elementBytes: 16);
        }

        return (kind, message.Int64(3));
    }

    /// <summary>
    /// Checks the footer of an Arrow file: schema (1), the places of dictionaries (2) and of record batches (3).
    /// </summary>
    /// <returns>Place, bytes of the metadata and bytes of the body of each message.</returns>
    /// <exception cref="InvalidDataException">It points outside of itself, or holds more fields than bytes.</exception>
    public static IReadOnlyList<(long Offset, int Metadata, long Body)> CheckFooter(ReadOnlySpan<byte> footer)
    {
        var table = FlatTable.Root(footer);
        int seen = 0;
        CheckFields(table.Table(1), children: 1, metadata: 2, depth: 0, ref seen, footer.Length);
        var blocks = new List<(long, int, long)>();
        foreach (int field in (ReadOnlySpan<int>)[2, 3])
        {
            for (ReadOnlySpan<byte> block = table.Elements(field, BlockBytes); block.Length > 0; block = block[BlockBytes..])
                blocks.Add((
                    BinaryPrimitives.ReadInt64LittleEndian(block), BinaryPrimitives.ReadInt32LittleEndian(block[8..]),
                    BinaryPrimitives.ReadInt64LittleEndian(block[16..])));
        }

        return blocks;
    }

    /// <summary>A schema's fields are its field 1, a field's children its field 5; both carry names and values.</summary>
    private static void CheckFields(FlatTable table, int children, int metadata, int depth, ref int seen, int most)
    {
        int count = table.Count(children, sizeof(uint));
        seen += count + table.Count(metadata, sizeof(uint)) + 1;
        if (seen > most || depth > DeepestNesting)
            throw new InvalidDataException($"more than {most} fields, or fields nested deeper than {DeepestNesting}");
        for (int i = 0; i < count; i++)
            CheckFields(table.Item(children, i), children: 5, metadata: 6, depth + 1, ref seen, most);
    }
}
