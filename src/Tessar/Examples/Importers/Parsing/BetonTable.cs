using System.Buffers.Binary;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>A <c>.beton</c> file of FFCV, version 2, mapped and read row by row.</summary>
/// <remarks>
/// Layout, little-endian: header of 24 bytes (version u16, fields u16, page size u32, samples u64, place of the allocation table
/// u64); field descriptions; rows of metadata; pages; the allocation table to the end (sample u64, place u64, size u64). A row's
/// metadata is a structure whose numbers and pointers lie at multiples of 8 and whose pictures and bytes lie anywhere; the row is
/// padded to the largest alignment there is. Source: libffcv/ffcv, the layout of its writer.
/// </remarks>
internal sealed class BetonTable : SourceTable
{
    private const int HeaderBytes = 24, Version = 2, RegionBytes = 24, JpegMode = 0, RawMode = 1;
    private readonly MappedFile _file;
    private readonly BetonField[] _fields;
    private readonly BetonRegions _regions;
    private readonly int _rowBytes;
    private readonly long _rowsAt;

    private BetonTable(string? split, MappedFile file)
        : base(split)
    {
        _file = file;
        if (file.Length < HeaderBytes)
            throw Refuse(file.Length, $"a header of {HeaderBytes} bytes", $"a file of {file.Length}");
        ReadOnlySpan<byte> header = file.Bytes(0, HeaderBytes);
        int version = BinaryPrimitives.ReadUInt16LittleEndian(header), fields =
            BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        if (version != Version)
            throw Refuse(0, $"version {Version}, the one that is read", $"version {version}");
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), table =
            BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        _rowsAt = HeaderBytes + ((long)fields * BetonField.DescriptorBytes);
        if (fields == 0 || _rowsAt > file.Length)
            throw Refuse(2, "fields whose descriptions the file holds", $"{fields}");
        _fields = new BetonField[fields];
        int rowBytes = 0, alignment = 1;
        for (int i = 0; i < fields; i++)
        {
            long at = HeaderBytes + ((long)i * BetonField.DescriptorBytes);
            _fields[i] = BetonField.Read(file.Bytes(at, BetonField.DescriptorBytes), file.Path, at, ref rowBytes, ref alignment);
            if (Array.Exists(_fields[..i], other => other.Name == _fields[i].Name))
                throw Refuse(at, "each field once", $"`{_fields[i].Name}` twice");
        }

        _rowBytes = (rowBytes + alignment - 1) / alignment * alignment;
        if (count > (ulong)((file.Length - _rowsAt) / _rowBytes))
            throw Refuse(8, $"at most {(file.Length - _rowsAt) / _rowBytes} samples of {_rowBytes} bytes", $"{count}");
        Count = (long)count;
        long rowsEnd = _rowsAt + (Count * _rowBytes);
        if (table > (ulong)file.Length || table < (ulong)rowsEnd || ((ulong)file.Length - table) % RegionBytes != 0)
            throw Refuse(
                16, $"an allocation table of rows of {RegionBytes} bytes between byte {rowsEnd} and the end at {file.Length}",
                $"byte {table}");
        _regions = BetonRegions.Read(file, (long)table, rowsEnd, Count);
        Columns = [.. _fields.Select(field => field.Column)];
    }

    /// <inheritdoc/>
    public override string Name => _file.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; }

    /// <inheritdoc/>
    public override long Count { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileFormatException">It is damaged, of another version, or holds a field of a custom type.</exception>
    public static BetonTable Open(string path, string? split)
    {
        MappedFile file = MappedFile.Open(path, "Check the path.");
        try
        {
            return new BetonTable(split, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        for (long row = 0; row < Count; row++)
        {
            var cells = new Cell[_fields.Length];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = wanted[i] ? CellOf(_fields[i], row) : default;
            yield return new SourceRow(_file.Path, _rowsAt + (row * _rowBytes), $"row {row}", cells);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) =>
        [SourceFile.Describe(_file.Path, cancellation)];

    /// <inheritdoc/>
    public override (string Path, long? Offset) PlaceOf(SourceRow row, long index, int column) =>
        (_file.Path, row.Offset + _fields[column].Offset);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }

    private Cell CellOf(BetonField field, long row)
    {
        long at = _rowsAt + (row * _rowBytes) + field.Offset;
        switch (field.Type)
        {
            case BetonType.Float or BetonType.Int:
                return new Cell(_file.Bytes(at, sizeof(long)).ToArray());
            case BetonType.Image:
                return Image(field, row, at);
            case BetonType.Bytes or BetonType.Json:
                ReadOnlySpan<byte> place = _file.Bytes(at, 16);
                ulong size = BinaryPrimitives.ReadUInt64LittleEndian(place[8..]);
                byte[] bytes = Region(field, row, BinaryPrimitives.ReadUInt64LittleEndian(place), size);
                return new Cell(field.Type == BetonType.Bytes ? bytes : WithoutEnd(field, bytes, at));
            default:
                byte[] source = Region(
                    field, row, BinaryPrimitives.ReadUInt64LittleEndian(_file.Bytes(at, 8)), (ulong)field.ArrayBytes);
                byte[] numbers = new byte[field.Column.Stride];
                if (Numbers.Convert(field.Number!.Value, field.IsBigEndian, source, numbers) >= 0)
                    throw Refuse(at, $"numbers below 2^63 in `{field.Name}` of row {row}", "a larger one");
                return new Cell(numbers);
        }
    }

    /// <summary>Metadata: mode u8 (0 JPEG, 1 raw), width u16, height u16, place u64.</summary>
    private Cell Image(BetonField field, long row, long at)
    {
        ReadOnlySpan<byte> data = _file.Bytes(at, 13);
        int mode = data[0], width = BinaryPrimitives.ReadUInt16LittleEndian(data[1..]), height =
            BinaryPrimitives.ReadUInt16LittleEndian(data[3..]);
        ulong place = BinaryPrimitives.ReadUInt64LittleEndian(data[5..]);
        if (mode is not (JpegMode or RawMode) || width == 0 || height == 0)
            throw Refuse(
                at, $"a JPEG (0) or raw (1) picture of at least 1 × 1 in `{field.Name}` of row {row}",
                $"mode {mode}, {width} × {height}");
        return mode == RawMode
            ? new Cell(Region(field, row, place, (ulong)height * (ulong)width * 3), new ImageShape(height, width, 3))
            : new Cell(Region(field, row, place, _regions.SizeAt((long)Math.Min(place, long.MaxValue), row)
                ?? throw Refuse(
                    at + 5, $"the place of `{field.Name}` of row {row} in the allocation table",
                    $"byte {place}, which isn't there")));
    }

    private byte[] WithoutEnd(BetonField field, byte[] json, long at) => json is [.., 0]
        ? json[..^1]
        : throw Refuse(at, $"JSON that ends with a zero byte in `{field.Name}`", json.Length == 0 ? "nothing" : $"{json[^1]:X2}");

    private byte[] Region(BetonField field, long row, ulong place, ulong size)
    {
        if (size > (ulong)Array.MaxLength || size > (ulong)_file.Length || place > (ulong)_file.Length - size)
            throw Refuse(
                _rowsAt + (row * _rowBytes) + field.Offset,
                $"`{field.Name}` of row {row} within the file of {_file.Length} bytes", $"{size} bytes from byte {place}");
        return size == 0 ? [] : _file.Bytes((long)place, (int)size).ToArray();
    }

    private FileFormatException Refuse(long at, string expected, string found) =>
        SourceFile.Refuse(_file.Path, at, expected, found);
}
