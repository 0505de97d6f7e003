using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>The header of a NumPy array file, versions 1 to 3.</summary>
/// <param name="Type">Type of the numbers.</param>
/// <param name="IsBigEndian">True when the numbers' first byte is the highest.</param>
/// <param name="IsFortran">True when the first index runs fastest.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="DataOffset">Where the numbers begin.</param>
/// <remarks>
/// Layout: 93 "NUMPY", major, minor, length (u16 in version 1, else u32), then a Python dict with exactly the keys descr,
/// fortran_order and shape. Source: NumPy enhancement proposal 1.
/// </remarks>
internal sealed record NpyHeader(NumberType Type, bool IsBigEndian, bool IsFortran, IReadOnlyList<long> Shape, int DataOffset)
{
    /// <summary>What every file begins with.</summary>
    public static ReadOnlySpan<byte> Mark => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>How its items hold text; null for numbers.</summary>
    public FixedText? Text { get; private init; }

    /// <summary>What it holds when that can't be stored, such as "times"; else null.</summary>
    public string? Unread { get; private init; }

    private const int LongestHeader = 1 << 20, MostDimensions = 32;

    /// <summary>Bytes of all numbers.</summary>
    public Int128 DataBytes => Shape.Aggregate((Int128)(Text?.Bytes ?? Numbers.SizeOf(Type)), (bytes, size) => bytes * size);

    /// <summary>Reads a header from the start of a file.</summary>
    /// <param name="stream">The file, or an entry of an archive.</param>
    /// <param name="path">For errors.</param>
    /// <param name="name">The array, for errors.</param>
    /// <exception cref="FileFormatException">It isn't an array of numbers.</exception>
    public static NpyHeader Read(Stream stream, string path, string name)
    {
        byte[] start = new byte[12];
        int got = stream.ReadAtLeast(start.AsSpan(0, 10), 10, throwOnEndOfStream: false);
        if (got < 10 || !start.AsSpan().StartsWith(Mark))
            throw SourceFile.Refuse(
                path, 0, $"`{name}` to begin with 93 and NUMPY", Convert.ToHexString(start, 0, Math.Min(got, 6)));
        if (start[6] is < 1 or > 3)
            throw SourceFile.Refuse(path, 6, $"`{name}` in version 1, 2 or 3", $"version {start[6]}");
        bool isShort = start[6] == 1;
        if (!isShort && stream.ReadAtLeast(start.AsSpan(10), 2, throwOnEndOfStream: false) < 2)
            throw SourceFile.Refuse(path, 10, $"a header of `{name}`", "the end of the file");
        uint length = isShort
            ? BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8))
            : BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        int at = isShort ? 10 : 12;
        if (length > LongestHeader)
            throw SourceFile.Refuse(path, 8, $"a header of `{name}` of at most {LongestHeader} bytes", $"{length}");
        byte[] text = new byte[length];
        got = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        return got == text.Length
            ? Parse(Encoding.UTF8.GetString(text), path, name, at, at + (int)length)
            : throw SourceFile.Refuse(
                path, at + got, $"{length - got} more bytes of the header of `{name}`", "the end of the file");
    }

    private static NpyHeader Parse(string header, string path, string name, int at, int dataOffset)
    {
        var reader = new PythonLiteral(
            header,
            (offset, expected, found) => SourceFile.Refuse(path, at + offset, $"{expected} in the header of `{name}`", found));
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        reader.ReadDict((key, value) =>
        {
            if (!values.TryAdd(key, value))
                throw SourceFile.Refuse(path, at, $"each key once in the header of `{name}`", $"`{key}` twice");
        });
        if (!values.TryGetValue("descr", out object? descr) || !values.TryGetValue("fortran_order", out object? order)
            || order is not bool isFortran
            || !values.TryGetValue("shape", out object? tuple) || tuple is not List<long> { Count: <= MostDimensions } shape)
            throw SourceFile.Refuse(path, at, $"descr, fortran_order and shape in the header of `{name}`", $"`{header.Trim()}`");
        string text = descr as string ?? "a structure";
        if (WhatIsUnread(text) is { } unread)
            return new NpyHeader(NumberType.U8, IsBigEndian: false, isFortran, shape, dataOffset) { Unread = unread };
        if (TextOf(text) is { } items)
        {
            return new NpyHeader(NumberType.U8, text[0] == '>', isFortran, shape, dataOffset)
            {
                Text = items,
                Unread = shape.Skip(1).Any(size => size != 1) || shape.Count == 0 ? "text, several in a row" : null,
            };
        }

        (NumberType type, bool isBigEndian) = TypeOf(text, path, name, at);
        return new NpyHeader(type, isBigEndian, isFortran, shape, dataOffset);
    }

    /// <summary>Types that NumPy writes and a store can't hold.</summary>
    private static string? WhatIsUnread(string descr) => descr.Length < 2 ? null : descr[1] switch
    {
        'O' or 'T' => "pickled Python objects, which are never loaded: save plain arrays",
        'M' or 'm' => "times",
        'c' => "complex numbers",
        'V' => "structures",
        'f' when descr is [_, 'f', '1', ..] => "numbers of more than 64 bits",
        ' ' => "structures",
        _ => null,
    };

    /// <summary><c>U</c> and a number of characters in UTF-32, or <c>S</c> and a number of bytes.</summary>
    private static FixedText? TextOf(string descr) =>
        descr is ['<' or '>' or '|' or '=', 'U' or 'S', ..]
            && int.TryParse(descr.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count is > 0 and < (1 << 20)
            ? new FixedText(descr[1] == 'U' ? 4 * count : count, descr[1] == 'U')
            : null;

    /// <summary>Reads a type as NumPy writes it: <c>&lt;f4</c>, <c>|u1</c>.</summary>
    /// <exception cref="FileFormatException">It isn't a number, for instance a pickled object.</exception>
    public static (NumberType Type, bool IsBigEndian) TypeOf(string descr, string path, string name, long at)
    {
        NumberType? type = descr.Length < 2 ? null : descr[1..] switch
        {
            "b1" => NumberType.Bool,
            "u1" => NumberType.U8,
            "i1" => NumberType.I8,
            "u2" => NumberType.U16,
            "i2" => NumberType.I16,
            "u4" => NumberType.U32,
            "i4" => NumberType.I32,
            "u8" => NumberType.U64,
            "i8" => NumberType.I64,
            "f2" => NumberType.F16,
            "f4" => NumberType.F32,
            "f8" => NumberType.F64,
            _ => null,
        };
        if (WhatIsUnread(descr) is { } unread)
            throw SourceFile.Refuse(path, at, $"`{name}` to hold numbers", unread);
        return type is { } known && descr[0] is '<' or '>' or '|' or '='
            ? (type.Value, descr[0] == '>')
            : throw SourceFile.Refuse(
                path, at, $"`{name}` to hold truth values, integers or floating point numbers",
                $"`{descr.ToString(CultureInfo.InvariantCulture)}`");
    }
}
