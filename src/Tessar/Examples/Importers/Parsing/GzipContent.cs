using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>What a gzip file holds, from front to end: all its members, each checked against its CRC and length.</summary>
/// <remarks>
/// The framework's stream checks the CRC of whole members, but ends quietly where a file is cut off, and at whatever follows a
/// member. At the end, therefore, the file's last four bytes are held against the length; where they don't agree (several
/// members, zeros behind the last one, or a cut), the members are walked through once more with a decoder that knows where each
/// ends. Source: RFC 1952.
/// </remarks>
internal sealed class GzipContent : ForwardStream
{
    private const int HeaderBytes = 10, TrailerBytes = 8;
    private readonly FileStream _file;
    private readonly GZipStream _content;
    private long _position;
    private bool _isChecked;

    private GzipContent(FileStream file) =>
        (_file, _content) = (file, new GZipStream(file, CompressionMode.Decompress, leaveOpen: true));

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <summary>Decompressed bytes that have been read.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>True for a file that begins as gzip does.</summary>
    public static bool IsMark(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, 8, ..];

    /// <summary>The content of a file, decompressed when it is gzip, whatever it is called.</summary>
    /// <exception cref="TessarException">It can't be read.</exception>
    public static Stream Open(string path)
    {
        FileStream file = SourceFile.Open(path);
        Span<byte> start = stackalloc byte[3];
        bool isCompressed = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && IsMark(start);
        file.Position = 0;
        return isCompressed ? new GzipContent(file) : file;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged or cut short; the message says how, in our words.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        int read;
        try
        {
            read = _content.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                "gzip data whose content doesn't match its checksum, or that can't be decompressed", e);
        }

        _position += read;
        if (read == 0 && !_isChecked)
        {
            if (!EndsWithLength())
                CheckMembers();
            _isChecked = true;
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The last four bytes of a file of one member are its content's length, modulo 2^32.</summary>
    private bool EndsWithLength()
    {
        if (_file.Length < HeaderBytes + TrailerBytes)
            return false;
        Span<byte> length = stackalloc byte[sizeof(uint)];
        _file.Position = _file.Length - sizeof(uint);
        _file.ReadExactly(length);
        return BinaryPrimitives.ReadUInt32LittleEndian(length) == unchecked((uint)_position);
    }

    private void CheckMembers()
    {
        _file.Position = 0;
        var input = new ByteFeed(_file);
        long total = 0;
        while (input.Peek() is { } next && next != 0)
        {
            SkipHeader(input);
            total += CheckContent(input);
        }

        for (long at = input.Position; input.Next() is { } trailing; at++)
        {
            if (trailing != 0)
                throw new InvalidDataException($"gzip data followed by other bytes from byte {at} of the file");
        }

        if (total != _position)
            throw new InvalidDataException($"gzip data of {total} bytes of which {_position} were read");
    }

    /// <summary>
    /// 1F 8B, 8, flags, time (4), 2 bytes; then what the flags say: extra field (4), name (8), comment (16), CRC of the header
    /// (2).
    /// </summary>
    private static void SkipHeader(ByteFeed input)
    {
        byte[] header = [.. Enumerable.Range(0, HeaderBytes).Select(_ => input.Require())];
        if (!IsMark(header) || (header[3] & 0xE0) != 0)
            throw new InvalidDataException(
                $"gzip data followed by other bytes from byte {input.Position - HeaderBytes} of the file");
        if ((header[3] & 4) != 0)
        {
            int length = input.Require() | (input.Require() << 8);
            for (int i = 0; i < length; i++)
                input.Require();
        }

        for (int texts = ((header[3] >> 3) & 1) + ((header[3] >> 4) & 1); texts > 0;)
            texts -= input.Require() == 0 ? 1 : 0;
        for (int i = header[3] & 2; i > 0; i--)
            input.Require();
    }

    private static long CheckContent(ByteFeed input)
    {
        var inflater = new Inflater(noHeader: true);
        var crc = new Crc32();
        byte[] output = new byte[1 << 16];
        try
        {
            while (!inflater.IsFinished)
            {
                if (inflater.IsNeedingInput)
                    input.Lend(inflater.SetInput);
                int got = inflater.Inflate(output);
                crc.Append(output.AsSpan(0, got));
                if (got == 0 && inflater.IsNeedingDictionary)
                    throw new InvalidDataException("gzip data that need a dictionary");
            }
        }
        catch (SharpZipBaseException e)
        {
            throw new InvalidDataException("gzip data that can't be decompressed", e);
        }

        input.GiveBack(inflater.RemainingInput);
        uint sum = input.RequireUInt32(), length = input.RequireUInt32();
        return sum == crc.GetCurrentHashAsUInt32() && length == unchecked((uint)inflater.TotalOut)
            ? inflater.TotalOut
            : throw new InvalidDataException("gzip data whose content doesn't match its checksum");
    }

    /// <summary>A file byte by byte, of which a decoder may borrow a stretch and give back what it didn't use.</summary>
    private sealed class ByteFeed(FileStream file)
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _at, _end;

        public long Position { get; private set; }

        public byte? Peek() => Fill() ? _buffer[_at] : null;

        public byte? Next()
        {
            if (!Fill())
                return null;
            Position++;
            return _buffer[_at++];
        }

        public byte Require() => Next() ?? throw Cut();

        public uint RequireUInt32() => Require() | ((uint)Require() << 8) | ((uint)Require() << 16) | ((uint)Require() << 24);

        public void Lend(Action<byte[], int, int> take)
        {
            if (!Fill())
                throw Cut();
            take(_buffer, _at, _end - _at);
            Position += _end - _at;
            _at = _end;
        }

        public void GiveBack(int count)
        {
            _at -= count;
            Position -= count;
        }

        private static InvalidDataException Cut() => new("truncated gzip data");

        private bool Fill()
        {
            if (_at == _end)
                (_at, _end) = (0, file.Read(_buffer));
            return _at < _end;
        }
    }
}
