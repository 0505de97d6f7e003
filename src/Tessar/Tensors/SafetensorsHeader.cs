using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Tessar.Tensors;

/// <summary>
/// The header of a safetensors file, read strictly: whatever the format forbids is refused with its byte offset.
/// </summary>
/// <remarks>
/// Layout: u64 little-endian N, N bytes of UTF-8 JSON starting with <c>{</c>, then the tensors' bytes without hole or overlap.
/// A field of a tensor that isn't dtype, shape or data_offsets is passed over, as the reference implementation does.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the JSON.</summary>
    public const int PrefixBytes = 8;

    /// <summary>Longest JSON that is read.</summary>
    public const long MaxBytes = 100_000_000;

    /// <summary>Name of the header's own section.</summary>
    public const string MetadataName = "__metadata__";

    private static readonly string[] _types = [.. Enum.GetValues<ElementType>().Select(ElementTypes.NameOf)];
    private readonly string _path;
    private readonly long _dataStart;
    private readonly long _fileLength;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<TensorEntry> _entries = [];

    private SafetensorsHeader(string path, long dataStart, long fileLength) =>
        (_path, _dataStart, _fileLength) = (path, dataStart, fileLength);

    /// <summary>The section <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>All tensors in the order of their bytes.</summary>
    public IReadOnlyList<TensorEntry> Entries => _entries;

    /// <summary>Reads and checks the header of a mapped file.</summary>
    /// <exception cref="FileFormatException">Anything that the format forbids.</exception>
    public static SafetensorsHeader Read(MappedFile file)
    {
        if (file.Length < PrefixBytes)
        {
            throw Refuse(file.Path, file.Length, "8 bytes of header length", $"a file of {file.Length} bytes");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, PrefixBytes));
        long most = Math.Min(MaxBytes, file.Length - PrefixBytes);
        if (length < 2 || length > (ulong)most)
        {
            throw Refuse(
                file.Path, 0, $"a header of 2 to {most.ToString(CultureInfo.InvariantCulture)} bytes",
                length.ToString(CultureInfo.InvariantCulture));
        }

        ReadOnlySpan<byte> json = file.Bytes(PrefixBytes, (int)length);
        var header = new SafetensorsHeader(file.Path, PrefixBytes + (long)length, file.Length);
        header.Parse(json);
        return header;
    }

    private static FileFormatException Refuse(
        string path, long? offset, string expected, string found, Exception? inner = null) =>
        new(path, offset, expected, found, "The file is damaged or isn't safetensors: write or convert it again.", inner);

    private void Parse(ReadOnlySpan<byte> json)
    {
        if (json[0] != (byte)'{')
        {
            throw Refuse(_path, PrefixBytes, "`{`", $"byte 0x{json[0]:X2}");
        }

        if (!Utf8.IsValid(json))
        {
            throw Refuse(_path, PrefixBytes + FirstInvalid(json), "UTF-8", $"byte 0x{json[FirstInvalid(json)]:X2}");
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            ReadTensors(ref reader);
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair.
            throw Refuse(_path, At(ref reader), "JSON", Unplaced(e.Message), e);
        }

        CheckLayout();
    }

    private void ReadTensors(ref Utf8JsonReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextName(ref reader, names) is { } name)
        {
            Expect(ref reader, JsonTokenType.StartObject, $"an object for `{name}`");
            if (name == MetadataName)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                ReadTensor(ref reader, name);
            }
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextName(ref reader, names) is { } name)
        {
            Expect(ref reader, JsonTokenType.String, $"a string for `{MetadataName}.{name}`");
            _metadata.Add(name, reader.GetString()!);
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader, string tensor)
    {
        long start = At(ref reader);
        ElementType? type = null;
        List<long>? shape = null, offsets = null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextName(ref reader, names) is { } name)
        {
            switch (name)
            {
                case "dtype":
                    Expect(ref reader, JsonTokenType.String, $"a string for the dtype of `{tensor}`");
                    string text = reader.GetString()!;
                    type = ElementTypes.Parse(text) ?? throw Refuse(
                        _path, At(ref reader), $"one of the dtypes {string.Join(", ", _types)} for `{tensor}`", $"`{text}`");
                    break;
                case "shape":
                    shape = ReadIntegers(ref reader, $"the shape of `{tensor}`");
                    break;
                case "data_offsets":
                    offsets = ReadIntegers(ref reader, $"the data_offsets of `{tensor}`");
                    break;
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw Refuse(_path, start, $"dtype, shape and two data_offsets for `{tensor}`", "an incomplete entry");
        }

        AddTensor(start, tensor, type.Value, shape, begin, end);
    }

    private void AddTensor(long at, string name, ElementType type, List<long> shape, long begin, long end)
    {
        string dimensions = $"[{string.Join(", ", shape)}]";
        if (begin > end || end > _fileLength - _dataStart)
        {
            throw Refuse(
                _path, at, $"data_offsets of `{name}` within the {_fileLength - _dataStart} bytes of data", $"[{begin}, {end}]");
        }

        long bytes;
        try
        {
            bytes = ElementTypes.BytesOf(type, shape);
        }
        catch (OverflowException e)
        {
            throw Refuse(_path, at, $"a shape of `{name}` below 2^63 bytes", dimensions, e);
        }

        if (bytes != end - begin)
        {
            throw Refuse(
                _path, at, $"{bytes} bytes for `{name}` ({ElementTypes.NameOf(type)} {dimensions})", $"{end - begin}");
        }

        _entries.Add(new TensorEntry(name, type, shape, _dataStart + begin, bytes));
    }

    private List<long> ReadIntegers(ref Utf8JsonReader reader, string what)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"an array for {what}");
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0)
            {
                throw Refuse(_path, At(ref reader), $"an integer in [0, 2^63) in {what}", Token(ref reader));
            }

            values.Add(value);
        }

        return values;
    }

    /// <summary>Tensors have to fill the data from its first byte to its last.</summary>
    private void CheckLayout()
    {
        _entries.Sort((x, y) => (x.Offset, x.Length).CompareTo((y.Offset, y.Length)));
        long next = _dataStart;
        foreach (TensorEntry entry in _entries)
        {
            if (entry.Offset != next)
            {
                string found = entry.Offset < next ? $"`{entry.Name}` overlapping the tensor before it" : "a hole";
                throw Refuse(_path, Math.Min(entry.Offset, next), $"`{entry.Name}` to begin at byte {next}", found);
            }

            next += entry.Length;
        }

        if (next != _fileLength)
        {
            throw Refuse(_path, next, "the file to end with its last tensor", $"{_fileLength - next} more bytes");
        }
    }

    /// <summary>Reads a property's name; null at the end of the object.</summary>
    private string? NextName(ref Utf8JsonReader reader, HashSet<string> seen)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        string name = reader.GetString()!;
        return seen.Add(name) ? name : throw Refuse(_path, At(ref reader), "each name once", $"`{name}` again");
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string expected)
    {
        reader.Read();
        if (reader.TokenType != type)
        {
            throw Refuse(_path, At(ref reader), expected, Token(ref reader));
        }
    }

    private static string Token(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Number or JsonTokenType.String
            ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan)
            : reader.TokenType.ToString();

    private static long At(ref Utf8JsonReader reader) => PrefixBytes + reader.TokenStartIndex;

    /// <summary>The parser's message without its own line and column, which mean nothing beside a byte offset.</summary>
    private static string Unplaced(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (place < 0 ? message : message[..place]).TrimEnd('.');
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        int valid = 0;
        while (System.Text.Rune.DecodeFromUtf8(text[valid..], out _, out int bytes) == System.Buffers.OperationStatus.Done)
        {
            valid += bytes;
        }

        return valid;
    }
}
