using System.Buffers.Binary;

namespace Tessar;

/// <summary>
/// A table in a flatbuffer; a place outside the buffer throws <see cref="InvalidDataException"/> instead of being read.
/// </summary>
/// <remarks>
/// A table begins with the distance back to its list of fields: size of the list u16, size of the table u16, then for each field
/// its place in the table, 0 when absent. Tables and vectors are referred to by their distance forwards. Source: FlatBuffers
/// internals.
/// </remarks>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _buffer;
    private readonly long _at;
    private readonly long _fields;

    private FlatTable(ReadOnlySpan<byte> buffer, long at)
    {
        _buffer = buffer;
        _at = at;
        _fields = at - BinaryPrimitives.ReadInt32LittleEndian(Slice(at, sizeof(int)));
        Slice(_fields, BinaryPrimitives.ReadUInt16LittleEndian(Slice(_fields, sizeof(ushort))));
    }

    /// <summary>The table that a buffer is about.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> buffer) =>
        new(
            buffer,
            buffer.Length >= sizeof(uint)
                ? BinaryPrimitives.ReadUInt32LittleEndian(buffer)
                : throw new InvalidDataException("no table"));

    /// <summary>A field of one byte.</summary>
    public byte Byte(int field) => PlaceOf(field) is > 0 and var place ? Slice(place, 1)[0] : (byte)0;

    /// <summary>A field of eight bytes.</summary>
    public long Int64(int field) =>
        PlaceOf(field) is > 0 and var place ? BinaryPrimitives.ReadInt64LittleEndian(Slice(place, sizeof(long))) : 0;

    /// <summary>True when a field is there.</summary>
    public bool Has(int field) => PlaceOf(field) > 0;

    /// <summary>A field that is a table.</summary>
    public FlatTable Table(int field) => new(_buffer, Target(PlaceOf(field)));

    /// <summary>Elements of a field that is a vector, whose elements take so many bytes; 0 when absent.</summary>
    public int Count(int field, int elementBytes)
    {
        if (!Has(field))
            return 0;
        long start = Target(PlaceOf(field));
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(Slice(start, sizeof(uint)));
        return count <= (_buffer.Length - start - sizeof(uint)) / elementBytes
            ? (int)count
            : throw new InvalidDataException($"a vector of {count} elements");
    }

    /// <summary>The bytes of a field that is a vector, whose elements take so many bytes; none when absent.</summary>
    public ReadOnlySpan<byte> Elements(int field, int elementBytes)
    {
        int count = Count(field, elementBytes);
        return count == 0 ? [] : Slice(Target(PlaceOf(field)) + sizeof(uint), checked(count * elementBytes));
    }

    /// <summary>One table of a vector of tables.</summary>
    public FlatTable Item(int field, int index) =>
        new(_buffer, Target(Target(PlaceOf(field)) + sizeof(uint) + (sizeof(uint) * (long)index)));

    private long PlaceOf(int field)
    {
        int size = BinaryPrimitives.ReadUInt16LittleEndian(Slice(_fields, sizeof(ushort))), entry = 4 + (2 * field);
        int place = size >= entry + 2 ? BinaryPrimitives.ReadUInt16LittleEndian(Slice(_fields + entry, sizeof(ushort))) : 0;
        return place == 0 ? 0 : _at + place;
    }

    private long Target(long place) => place + BinaryPrimitives.ReadUInt32LittleEndian(Slice(place, sizeof(uint)));

    private ReadOnlySpan<byte> Slice(long at, int count) => at >= 0 && at <= _buffer.Length - count
        ? _buffer.Slice((int)at, count)
        : throw new InvalidDataException($"{count} bytes at byte {at} of {_buffer.Length}");
}
