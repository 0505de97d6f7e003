using System.Buffers.Binary;
using System.Security.Cryptography;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// An IDX file, read from front to end: 00 00, type of the numbers, n, n sizes of u32, then the numbers; all big-endian.
/// </summary>
/// <remarks>
/// Gzip is recognised by its first bytes, whatever the file is called (<see cref="GzipContent"/>). Offsets in errors count
/// decompressed bytes. What has been read is hashed on the way, so that the digest doesn't depend on the compression.
/// </remarks>
internal sealed class IdxFile : IDisposable
{
    private const int MostDimensions = 8;

    /// <summary>Deflate can't expand data by more than this; a file that promises more is cut short or forged.</summary>
    private const long LargestExpansion = 1032;

    private readonly Stream _content;
    private readonly long _fileBytes;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    private IdxFile(string path)
    {
        Path = path;
        _content = GzipContent.Open(path);
        _fileBytes = new FileInfo(path).Length;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Sizes of the dimensions; the first is the number of items.</summary>
    public int[] Shape { get; private set; } = [];

    /// <summary>Bytes of one item.</summary>
    public int ItemBytes { get; private set; }

    /// <summary>Type of the numbers.</summary>
    public NumberType Type { get; private set; }

    /// <summary>Where the numbers begin in the content.</summary>
    public int DataOffset => 4 + (sizeof(uint) * Shape.Length);

    /// <summary>Opens a file and reads its sizes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensions">How many dimensions it has to have; 0 for any number from 1 to 8.</param>
    /// <exception cref="FileFormatException">
    /// It isn't an IDX file with that many dimensions, or has another length.
    /// </exception>
    /// <exception cref="TessarException">It can't be read.</exception>
    public static IdxFile Open(string path, int dimensions = 0)
    {
        IdxFile? file = null;
        try
        {
            file = new IdxFile(path);
            file.ReadHeader(dimensions);
            return file;
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw SourceFile.Unreadable(path, e);
            throw;
        }
    }

    /// <summary>
    /// True when a file begins with the mark and sizes of an IDX file and is as long as they say, which can't be told of gzip.
    /// </summary>
    public static bool IsMark(FileStart start)
    {
        ReadOnlySpan<byte> bytes = start.Content;
        if (bytes.Length < 8 || bytes[0] != 0 || bytes[1] != 0 || TypeOf(bytes[2]) is not { } type
            || bytes[3] is 0 or > MostDimensions || bytes.Length < 4 + (4 * bytes[3]))
            return false;
        Int128 length = Numbers.SizeOf(type);
        for (int i = 0; i < bytes[3]; i++)
            length = length > long.MaxValue ? length : length * BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + (4 * i))..]);
        return start.Unzipped is not null || 4 + (4 * bytes[3]) + length == start.Length;
    }

    /// <summary>Opens the content at the first number.</summary>
    public static Stream OpenData(string path)
    {
        IdxFile file = Open(path);
        file._digest.Dispose();
        return file._content;
    }

    /// <summary>Reads the next bytes.</summary>
    /// <exception cref="FileFormatException">The file ends before.</exception>
    public void Read(Span<byte> bytes)
    {
        int read;
        try
        {
            read = _content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw Refuse("whole gzip data", e.Message, e);
        }

        if (read < bytes.Length)
        {
            _position += read;
            throw Refuse($"{bytes.Length - read} more bytes", "the end of the file");
        }

        _digest.AppendData(bytes);
        _position += read;
    }

    /// <summary>Checks that the file ends here.</summary>
    /// <returns>Name, length and digest of the content.</returns>
    /// <exception cref="FileFormatException">More bytes follow, or the compressed data lack their end.</exception>
    public StoreSource Finish()
    {
        int next;
        try
        {
            next = _content.ReadByte();
        }
        catch (InvalidDataException e)
        {
            throw Refuse("the end of the gzip data", e.Message, e);
        }

        if (next >= 0)
            throw Refuse("the end of the file", "more bytes");
        string name = System.IO.Path.GetFileName(Path);
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return new StoreSource(name, _position, Convert.ToHexStringLower(_digest.GetHashAndReset()));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _content.Dispose();
        _digest.Dispose();
    }

    /// <summary>Error at the place that has been reached.</summary>
    public FileFormatException Refuse(string expected, string found, Exception? inner = null) =>
        new(Path, _position, expected, found, "Download the file again.", inner);

    private void ReadHeader(int dimensions)
    {
        Span<byte> magic = stackalloc byte[4];
        Read(magic);
        if (magic[0] != 0 || magic[1] != 0 || TypeOf(magic[2]) is not { } type || magic[3] is 0 or > MostDimensions
            || (dimensions > 0 && magic[3] != dimensions))
        {
            _position = 0;
            string wanted = dimensions > 0 ? $"{dimensions} dimensions" : $"1 to {MostDimensions} dimensions";
            throw Refuse($"the mark of an IDX file (0000, a type from 08 to 0E, {wanted})", Convert.ToHexString(magic));
        }

        Type = type;
        dimensions = magic[3];
        Span<byte> size = stackalloc byte[sizeof(uint)];
        Shape = new int[dimensions];
        Int128 item = 1;
        for (int i = 0; i < dimensions; i++)
        {
            Read(size);
            uint value = BinaryPrimitives.ReadUInt32BigEndian(size);
            item = i == 0 ? Numbers.SizeOf(type) : item * value;
            if (value > Array.MaxLength || (i > 0 && value == 0) || item > Array.MaxLength)
            {
                _position -= sizeof(uint);
                throw Refuse(
                    $"dimension {i} from {(i == 0 ? 0 : 1)} to {Array.MaxLength} and as many bytes in an item", $"{value}");
            }

            Shape[i] = (int)value;
        }

        ItemBytes = (int)item;
        Int128 expected = _position + (item * Shape[0]);
        bool isTooShort = expected > (Int128)_fileBytes * (_content is GzipContent ? LargestExpansion : 1);
        if (isTooShort)
            throw Refuse($"{expected} bytes, by the sizes in its header", $"a file of {_fileBytes} bytes");
    }

    private static NumberType? TypeOf(byte code) => code switch
    {
        0x08 => NumberType.U8,
        0x09 => NumberType.I8,
        0x0B => NumberType.I16,
        0x0C => NumberType.I32,
        0x0D => NumberType.F32,
        0x0E => NumberType.F64,
        _ => null,
    };
}
