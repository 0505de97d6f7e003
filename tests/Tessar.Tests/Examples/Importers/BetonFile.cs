using System.Buffers.Binary;
using System.Text;

namespace Tessar.Tests.Examples.Importers;

/// <summary>Builds <c>.beton</c> files from the layout table, field by field; it shares no code with the reader.</summary>
internal sealed class BetonFile
{
    private const int PageSize = 1 << 21;
    private readonly List<(byte Type, string Name, byte[] Arguments)> _fields = [];
    private readonly List<object[]> _rows = [];

    public ushort Version { get; init; } = 2;

    /// <summary>True to write the allocation table from its end to its start: any order is legal.</summary>
    public bool IsTableReversed { get; init; }

    public BetonFile Field(byte type, string name, byte[]? arguments = null)
    {
        _fields.Add((type, name, arguments ?? []));
        return this;
    }

    /// <summary>Arguments of an array: shape u64[32], length u64, JSON.</summary>
    public static byte[] Array(string json, params int[] shape)
    {
        byte[] arguments = new byte[1024];
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(arguments.AsSpan(8 * i), shape[i]);
        BinaryPrimitives.WriteInt64LittleEndian(arguments.AsSpan(256), json.Length);
        Encoding.ASCII.GetBytes(json).CopyTo(arguments, 264);
        return arguments;
    }

    /// <summary>Values: double, long, (mode, width, height, bytes), or bytes.</summary>
    public BetonFile Row(params object[] values)
    {
        _rows.Add(values);
        return this;
    }

    /// <summary>
    /// Offsets of the fields and the length of a row: numbers and pointers at multiples of 8, pictures (13) and bytes (16)
    /// anywhere.
    /// </summary>
    public (int[] Offsets, int Row) Layout()
    {
        var offsets = new List<int>();
        int at = 0, largest = 1;
        foreach ((byte type, _, _) in _fields)
        {
            int alignment = type is 2 or 3 or 5 ? 1 : 8;
            while (at % alignment != 0)
                at++;
            offsets.Add(at);
            at += type switch { 2 => 13, 3 or 5 => 16, _ => 8 };
            largest = Math.Max(largest, alignment);
        }

        while (at % largest != 0)
            at++;
        return ([.. offsets], at);
    }

    public byte[] ToBytes()
    {
        (int[] offsets, int rowBytes) = Layout();
        int metadata = 24 + (_fields.Count * 1041), pages = metadata + (_rows.Count * rowBytes);
        pages = (pages + PageSize - 1) / PageSize * PageSize;
        byte[] head = new byte[pages];
        var data = new MemoryStream();
        var table = new List<byte[]>();
        for (int row = 0; row < _rows.Count; row++)
        {
            for (int f = 0; f < _fields.Count; f++)
                Put(row, head.AsSpan(metadata + (row * rowBytes) + offsets[f]), _rows[row][f], _fields[f].Type);
        }

        bool hasPages = table.Count > 0;
        int end = hasPages ? pages + (int)data.Length : metadata + (_rows.Count * rowBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(2), (ushort)_fields.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), PageSize);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), _rows.Count);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), end);
        for (int f = 0; f < _fields.Count; f++)
        {
            Span<byte> descriptor = head.AsSpan(24 + (1041 * f), 1041);
            descriptor[0] = _fields[f].Type;
            Encoding.ASCII.GetBytes(_fields[f].Name).CopyTo(descriptor[1..]);
            _fields[f].Arguments.CopyTo(descriptor[17..]);
        }

        if (IsTableReversed)
            table.Reverse();
        return hasPages ? [.. head, .. data.ToArray(), .. table.SelectMany(region => region)] : head[..end];

        void Put(int row, Span<byte> target, object value, byte type)
        {
            switch (value)
            {
                case double number:
                    BinaryPrimitives.WriteDoubleLittleEndian(target, number);
                    break;
                case long number:
                    BinaryPrimitives.WriteInt64LittleEndian(target, number);
                    break;
                case (int mode, int width, int height, byte[] image):
                    target[0] = (byte)mode;
                    BinaryPrimitives.WriteUInt16LittleEndian(target[1..], (ushort)width);
                    BinaryPrimitives.WriteUInt16LittleEndian(target[3..], (ushort)height);
                    BinaryPrimitives.WriteInt64LittleEndian(target[5..], Allocate(row, image));
                    break;
                case byte[] bytes:
                    BinaryPrimitives.WriteInt64LittleEndian(target, Allocate(row, bytes));
                    if (type is 3 or 5)
                        BinaryPrimitives.WriteInt64LittleEndian(target[8..], bytes.Length);
                    break;
                default:
                    throw new ArgumentException("No such value.", nameof(value));
            }
        }

        long Allocate(int row, byte[] bytes)
        {
            long place = pages + data.Length;
            data.Write(bytes);
            byte[] region = new byte[24];
            BinaryPrimitives.WriteInt64LittleEndian(region, row);
            BinaryPrimitives.WriteInt64LittleEndian(region.AsSpan(8), place);
            BinaryPrimitives.WriteInt64LittleEndian(region.AsSpan(16), bytes.Length);
            table.Add(region);
            return place;
        }
    }
}
