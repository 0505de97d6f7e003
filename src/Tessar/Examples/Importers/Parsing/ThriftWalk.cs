namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// Walks a Thrift structure in the compact protocol and checks that all its lengths lie within the bytes at hand.
/// </summary>
/// <remarks>
/// Parquet keeps its footer and its pages' headers so. Source: Apache Thrift, "Thrift compact protocol encoding".
/// </remarks>
internal ref struct ThriftWalk
{
    private const int DeepestNesting = 24;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    private ThriftWalk(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Walks the structure at the start of some bytes.</summary>
    /// <param name="bytes">The structure, and perhaps more.</param>
    /// <param name="integers">
    /// Receives the integers: field 3 of the structure as [3], field 1 of its field 5 as [5 · 100 + 1]; null for none.
    /// </param>
    /// <returns>Its length, or −1 when it is damaged.</returns>
    public static int Measure(ReadOnlySpan<byte> bytes, Dictionary<int, long>? integers)
    {
        var walk = new ThriftWalk(bytes);
        return walk.Structure(depth: 0, prefix: 0, integers) ? walk._at : -1;
    }

    private bool Structure(int depth, int prefix, Dictionary<int, long>? integers)
    {
        int id = 0;
        while (depth <= DeepestNesting && _at < _bytes.Length)
        {
            byte head = _bytes[_at++];
            if (head == 0)
                return true;
            if ((head >> 4) != 0)
                id += head >> 4;
            else if (Varint() is { } given)
                id = (int)((given >> 1) ^ (~(given & 1) + 1));
            else
                return false;
            int key = id is > 0 and < 100 ? (prefix * 100) + id : 0;
            if (!Value(head & 0xF, depth, key, depth < 2 ? integers : null))
                return false;
        }

        return false;
    }

    /// <summary>
    /// 1, 2 truth values; 3 byte; 4 to 6 integers; 7 double; 8 bytes; 9, 10 list and set; 11 map; 12 structure.
    /// </summary>
    private bool Value(int type, int depth, int key, Dictionary<int, long>? integers)
    {
        switch (type)
        {
            case 1 or 2:
                return true;
            case 3:
                return Skip(1);
            case 4 or 5 or 6:
                if (Varint() is not { } number)
                    return false;
                if (integers is not null)
                    integers[key] = (long)(number >> 1) ^ -(long)(number & 1);
                return true;
            case 7:
                return Skip(8);
            case 8:
                return Varint() is { } length && Skip(length);
            case 9 or 10:
                return Elements(depth);
            case 11:
                return Map(depth);
            case 12:
                return Structure(depth + 1, key, integers);
            default:
                return false;
        }
    }

    private bool Elements(int depth)
    {
        if (_at >= _bytes.Length)
            return false;
        byte head = _bytes[_at++];
        ulong? count = (head >> 4) == 15 ? Varint() : (ulong)(head >> 4);
        return count is { } many && Repeat(many, depth, head & 0xF, second: 0);
    }

    private bool Map(int depth)
    {
        if (Varint() is not { } many)
            return false;
        if (many == 0)
            return true;
        if (_at >= _bytes.Length)
            return false;
        byte types = _bytes[_at++];
        return Repeat(many, depth, types >> 4, types & 0xF);
    }

    private bool Repeat(ulong count, int depth, int type, int second)
    {
        // Every element takes a byte at least, truth values in a list too.
        if (count > (ulong)(_bytes.Length - _at))
            return false;
        for (ulong i = 0; i < count; i++)
        {
            if (!Element(type, depth) || (second != 0 && !Element(second, depth)))
                return false;
        }

        return true;
    }

    private bool Element(int type, int depth) => type is 1 or 2 ? Skip(1) : Value(type, depth + 1, key: 0, integers: null);

    private bool Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _at))
            return false;
        _at += (int)count;
        return true;
    }

    private ulong? Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && _at < _bytes.Length; shift += 7)
        {
            byte part = _bytes[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        return null;
    }
}
