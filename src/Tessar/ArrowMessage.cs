using System.Buffers.Binary;

namespace Tessar;

/// <summary>Looks at the metadata of an Arrow IPC message before a parser that trusts them does.</summary>
/// <remarks>
/// The metadata are a flatbuffer: a table begins with the distance back to its list of fields (i32); the list holds its own length,
/// the table's length and the places of the fields within the table (u16 each, 0 for absent). A Message has the type of its header
/// (field 1), the header (2) and the length of its body (3); a Schema its fields (1); a Field its children (5). A place may point
/// anywhere, backwards too, so a damaged schema can be its own child, on which a recursive parser runs out of stack, and with it
/// the process ends. Source: Arrow columnar format, "Encapsulated message format"; FlatBuffers internals.
/// </remarks>
internal static class ArrowMessage
{
    private const int DeepestNesting = 32;
    private const byte SchemaHeader = 1;

    /// <summary>Length of the body that follows the metadata; 0 when absent, null when the metadata point outside of themselves.</summary>
    public static long? BodyLength(ReadOnlySpan<byte> metadata)
    {
        if (Root(metadata) is not { } message || Field(metadata, message, 3, sizeof(long)) is not { } place)
            return null;
        return place == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(metadata[place..]);
    }

    /// <summary>Whether a parser can follow the schema to its end; true for a message of another kind.</summary>
    public static bool IsSound(ReadOnlySpan<byte> metadata)
    {
        if (Root(metadata) is not { } message || Field(metadata, message, 1, sizeof(byte)) is not { } kind)
            return false;
        if (kind == 0 || metadata[kind] != SchemaHeader)
            return true;
        int budget = metadata.Length / sizeof(int); // each field takes a place of four bytes, so a tree has no more
        return Field(metadata, message, 2, sizeof(uint)) is { } header and not 0
            && Target(metadata, header) is { } schema
            && AreSound(metadata, schema, 1, DeepestNesting, ref budget);
    }

    private static bool AreSound(ReadOnlySpan<byte> metadata, int table, int field, int depth, ref int budget)
    {
        if (Field(metadata, table, field, sizeof(uint)) is not { } place)
            return false;
        if (place == 0)
            return true;
        if (depth == 0 || Target(metadata, place) is not { } vector)
            return false;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(metadata[vector..]);
        if (count > (metadata.Length - vector - sizeof(uint)) / sizeof(uint))
            return false;
        for (int i = 0; i < count; i++)
        {
            const int children = 5;
            if (--budget < 0
                || Target(metadata, vector + (sizeof(uint) * (i + 1))) is not { } child
                || !AreSound(metadata, child, children, depth - 1, ref budget))
                return false;
        }

        return true;
    }

    private static int? Root(ReadOnlySpan<byte> metadata) => metadata.Length < sizeof(uint) ? null : Target(metadata, 0);

    /// <summary>Where a reference leads; null when there aren't four bytes there.</summary>
    private static int? Target(ReadOnlySpan<byte> metadata, int place)
    {
        long target = place + (long)BinaryPrimitives.ReadUInt32LittleEndian(metadata[place..]);
        return target <= metadata.Length - sizeof(uint) ? (int)target : null;
    }

    /// <summary>Place of a table's field of some size; 0 when absent, null when it lies outside.</summary>
    private static int? Field(ReadOnlySpan<byte> metadata, int table, int field, int size)
    {
        const int header = 2 * sizeof(ushort);
        long list = table - (long)BinaryPrimitives.ReadInt32LittleEndian(metadata[table..]);
        if (list < 0 || list > metadata.Length - header)
            return null;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(metadata[(int)list..]), slot = header + (sizeof(ushort) * field);
        if (length < slot + sizeof(ushort))
            return 0;
        if (list + length > metadata.Length)
            return null;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(metadata[((int)list + slot)..]);
        return offset == 0 ? 0 : table + offset <= metadata.Length - size ? table + offset : null;
    }
}
