using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Tessar.Examples.Images;

namespace Tessar.Examples.Storage;

/// <summary>One mapped file of a store: finds the bytes of its rows and checks what stands in the way to them.</summary>
internal sealed class StoreFile : IDisposable
{
    private readonly StoreColumn[] _columns;

    private StoreFile(MappedFile map, StoreHeader header)
    {
        Map = map;
        ReadOnlySpan<byte> json = map.Bytes(header.ManifestOffset, header.ManifestLength);
        if (XxHash64.HashToUInt64(json) != header.ManifestHash)
            throw Refuse(header.ManifestOffset, "the manifest's checksum to match", "another manifest");
        Identity = Convert.ToHexStringLower(SHA256.HashData(json));
        Manifest = ManifestReader.Read(map.Path, header, json);
        HasIds = header.HasIds;
        _columns = [.. Manifest.Columns];
    }

    public MappedFile Map { get; }

    public string Path => Map.Path;

    public string Identity { get; }

    public StoreManifest Manifest { get; }

    public bool HasIds { get; }

    /// <exception cref="FileFormatException">The file isn't a finished store, or is damaged.</exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static StoreFile Open(string path)
    {
        MappedFile map = MappedFile.Open(
            path, "Check the path, or make a store of your files.", new Remedy(RemedyKind.ImportExamples));
        try
        {
            return new StoreFile(map, StoreHeader.Read(map));
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>A row's bytes as they are stored.</summary>
    /// <param name="column">Number of the column.</param>
    /// <param name="row">Row of this file.</param>
    /// <exception cref="FileFormatException">The table of offsets is damaged.</exception>
    public ReadOnlySpan<byte> Row(int column, long row)
    {
        StoreColumn at = _columns[column];
        if (at.Blob is null)
            return Map.Bytes(at.Offset + (row * at.Stride), at.Stride);
        (long first, int length) = Extent(column, row);
        return Map.Bytes(first, length);
    }

    /// <summary>Where a row's bytes begin in the file, and how many there are.</summary>
    /// <inheritdoc cref="Row"/>
    public (long Offset, int Length) Extent(int column, long row)
    {
        StoreColumn at = _columns[column];
        if (at.Blob is not { } blob)
            return (at.Offset + (row * at.Stride), at.Stride);
        long place = at.Offset + (row * sizeof(long));
        ReadOnlySpan<byte> pair = Map.Bytes(place, 2 * sizeof(long));
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(pair), end =
            BinaryPrimitives.ReadUInt64LittleEndian(pair[sizeof(long)..]);
        if (first > end || end > (ulong)blob.Length || end - first > int.MaxValue)
            throw Refuse(
                place, $"row {row} of `{at.Name}` within the {blob.Length} bytes of its column", $"bytes {first} to {end}");
        return (blob.Offset + (long)first, (int)(end - first));
    }

    /// <summary>How a row's image is coded and how large it is.</summary>
    /// <exception cref="FileFormatException">The row's metadata are damaged, or contradict the column.</exception>
    public ImageRow Metadata(int column, long row)
    {
        StoreColumn at = _columns[column];
        if (at.Metadata is not { } start)
            return new ImageRow(ImageCodec.Raw, at.ImageShape!.Value);
        long place = start + (row * StoreRules.MetadataSize);
        ReadOnlySpan<byte> bytes = Map.Bytes(place, StoreRules.MetadataSize);
        ImageRow image = ImageRow.Read(bytes)
            ?? throw Refuse(place, $"codec and size of the image in row {row}", $"the bytes {Convert.ToHexString(bytes)}");
        if (at.ImageShape is { } common && common != image.Shape)
            throw Refuse(place, $"an image of {common} in row {row}, as everywhere in the column", $"{image.Shape}");
        (long offset, int length) = Extent(column, row);
        if (image.Codec != ImageCodec.Raw)
        {
            // Before anyone makes room for the size that the row says.
            var source = new ImageSource(Path, offset, row);
            ImageHeader header = ImageDecoder.Probe(Map.Bytes(offset, length), source);
            if (header.Codec != image.Codec || header.Shape != image.Shape)
                throw source.Refuse(
                    $"an image of {image.Shape} in {image.Codec}, as the row says", $"{header.Shape} in {header.Format}");
        }
        else if (length != image.Shape.Size)
        {
            throw Refuse(offset, $"{image.Shape.Size} bytes for the raw image in row {row}", $"{length}");
        }

        return image;
    }

    /// <summary>A row's value, decompressed.</summary>
    /// <exception cref="FileFormatException">It can't be decompressed.</exception>
    public byte[] Decompress(int column, long row)
    {
        StoreColumn at = _columns[column];
        ReadOnlySpan<byte> stored = Row(column, row);
        if (at.Codec is StoreRules.Raw or StoreRules.Mixed)
            return stored.ToArray();
        int length = RowCodec.LengthOf(at.Codec, stored);
        bool hasLength = length >= 0 && (at.Stride == 0 || length == at.Stride);
        byte[] value = hasLength ? new byte[length] : [];
        return hasLength && RowCodec.TryDecompress(at.Codec, stored, value)
            ? value
            : throw Undecodable(column, row, stored.Length);
    }

    /// <inheritdoc cref="Decompress(int, long)"/>
    /// <param name="value">Filled; as long as the column's stride.</param>
    /// <param name="column">Number of the column.</param>
    /// <param name="row">Row of this file.</param>
    public void Decompress(int column, long row, Span<byte> value)
    {
        ReadOnlySpan<byte> stored = Row(column, row);
        if (!RowCodec.TryDecompress(_columns[column].Codec, stored, value))
            throw Undecodable(column, row, stored.Length);
    }

    /// <summary>A row's image as it is stored, decompressed if its column is compressed.</summary>
    /// <exception cref="FileFormatException">The row is damaged.</exception>
    public StoredImage ImageOf(int column, long row)
    {
        ImageRow image = Metadata(column, row);
        return new StoredImage(
            image.Codec, image.Shape, IsCompressed(_columns[column]) ? Decompress(column, row) : Row(column, row));
    }

    /// <summary>Decodes a row's image into the size and channels wanted.</summary>
    /// <exception cref="FileFormatException">The row is damaged.</exception>
    public void ReadImage(int column, long row, ImageShape target, Span<byte> pixels)
    {
        if (IsCompressed(_columns[column]) && _columns[column].ImageShape == target)
        {
            Decompress(column, row, pixels);
            return;
        }

        StoredImage image = ImageOf(column, row);
        if (image.Codec == ImageCodec.Raw)
        {
            Pixels.Fit(image.Bytes, image.Shape, pixels, target);
            return;
        }

        ImageDecoder.Decode(image.Bytes, target, pixels, new ImageSource(Path, Extent(column, row).Offset, row));
    }

    /// <summary>A row's class.</summary>
    /// <exception cref="FileFormatException">It isn't one.</exception>
    public int Label(int column, long row)
    {
        int label = BinaryPrimitives.ReadInt32LittleEndian(Row(column, row));
        return (uint)label < (uint)Manifest.Classes.Count ? label : throw Refuse(
            Extent(column, row).Offset, $"a label from 0 to {Manifest.Classes.Count - 1} in row {row}", $"{label}");
    }

    public ulong? IdOf(long row) => Manifest.Ids is { } ids
        ? BinaryPrimitives.ReadUInt64LittleEndian(Map.Bytes(ids + (row * sizeof(ulong)), sizeof(ulong)))
        : null;

    public FileFormatException Refuse(long? offset, string expected, string found) =>
        ExampleStore.Refuse(Path, offset, expected, found);

    public void Dispose() => Map.Dispose();

    private static bool IsCompressed(StoreColumn column) => column.Codec is RowCodec.Lz4 or RowCodec.Zstd;

    private FileFormatException Undecodable(int column, long row, int length)
    {
        StoreColumn at = _columns[column];
        string value = at.Stride > 0 ? $"a value of {at.Stride} bytes" : "a value";
        return Refuse(
            Extent(column, row).Offset, $"{value}, compressed by {at.Codec}, in row {row} of `{at.Name}`",
            $"{length} other bytes");
    }
}
