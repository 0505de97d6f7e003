using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Tessar.Examples.Images;
using Tessar.Tensors;

namespace Tessar.Examples.Storage;

/// <summary>The values of one column in some successive rows: gathered, then encoded and counted, then written.</summary>
/// <remarks>Gathering belongs to the thread that appends; encoding may run on another one meanwhile.</remarks>
internal sealed class ColumnPart(StoreColumn column, int classes)
{
    private readonly List<int> _lengths = [];
    private readonly List<ImageRow> _images = [];
    private byte[] _bytes = [];
    private int _used;

    /// <summary>What was counted while encoding; null when the column is counted while rows are gathered.</summary>
    public ColumnAccumulator? Counted { get; private set; }

    /// <summary>The values one after the other: as they were given, and once encoded as they are stored.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _used);

    /// <summary>Bytes of each value, in a ragged column.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>Coding and size of each image, in a column of mixed images.</summary>
    public IReadOnlyList<ImageRow> Images => _images;

    /// <summary>
    /// Bytes, their lengths and pixels are counted in whole numbers, so rows may be counted apart and joined; the other types are
    /// counted in the order of the rows, which also finds wrong labels and numbers at once.
    /// </summary>
    public static bool CountsWhileEncoding(StoreColumn column) => column.Type == ElementType.U8;

    /// <summary>What is wrong with a value for this column; null when nothing is.</summary>
    public string? Objection(in StoreValue value)
    {
        ReadOnlySpan<byte> bytes = value.Memory.Span;
        if (column.HasMixedImages)
            return value.Shape is { } shape
                ? ImageObjection(value.Codec, shape, bytes)
                : "bytes where an image with its size is needed";
        if (value.Shape is { } given && (value.Codec != ImageCodec.Raw || given != column.ImageShape))
            return $"an image of {given} in {value.Codec}, but the column takes raw ones of "
                + $"{column.ImageShape?.ToString() ?? "no size"}";
        if (column.Stride > 0)
            return bytes.Length == column.Stride ? null : $"{bytes.Length} bytes, but the column takes {column.Stride}";
        return TextObjection(column.Kind, bytes);
    }

    /// <summary>What is wrong with bytes as text or JSON; null when nothing is, or when they aren't meant as either.</summary>
    public static string? TextObjection(ColumnKind kind, ReadOnlySpan<byte> bytes) => kind switch
    {
        ColumnKind.Utf8 when !Utf8.IsValid(bytes) => "bytes that aren't UTF-8",
        ColumnKind.Json => JsonObjection(bytes),
        _ => null,
    };

    /// <summary>Takes a value that <see cref="Objection"/> let pass.</summary>
    public void Add(ReadOnlySpan<byte> value, ImageRow? image = null)
    {
        if (value.Length > Array.MaxLength - _used)
            throw new ArgumentException(
                $"Values of `{column.Name}` with {(long)_used + value.Length} bytes don't fit into memory.", nameof(value));
        if (_used + value.Length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_used + (long)value.Length, 2L * _bytes.Length)));
        value.CopyTo(_bytes.AsSpan(_used));
        _used += value.Length;
        if (column.IsRagged)
            _lengths.Add(value.Length);
        if (image is { } row)
            _images.Add(row);
    }

    /// <summary>Counts the values' statistics, and compresses them.</summary>
    /// <param name="firstRow">Row of the first value, for errors.</param>
    /// <exception cref="ArgumentException">An image can't be decoded.</exception>
    public void Encode(long firstRow)
    {
        if (CountsWhileEncoding(column))
        {
            Counted = ColumnAccumulator.For(column, classes);
            Count(Counted, firstRow);
        }

        if (column.Codec is RowCodec.Lz4 or RowCodec.Zstd)
            Compress();
    }

    /// <summary>Empties the part for other rows; its memory is kept.</summary>
    public void Clear()
    {
        (_used, Counted) = (0, null);
        _lengths.Clear();
        _images.Clear();
    }

    private static string? ImageObjection(ImageCodec codec, ImageShape shape, ReadOnlySpan<byte> bytes)
    {
        if (!ImageRow.IsLegal(shape) || codec is < ImageCodec.Raw or > ImageCodec.Png)
            return $"an image of {shape} in codec {codec}; it needs 1 to {ImageRow.MostPixels} pixels, 1 to 4 channels and a "
                + $"known codec";
        if (codec == ImageCodec.Raw)
            return bytes.Length == shape.Size ? null : $"{bytes.Length} bytes for a raw image of {shape.Size}";
        try
        {
            ImageHeader header = ImageDecoder.Probe(bytes, new ImageSource("the image"));
            return header.Codec == codec && header.Shape == shape
                ? null
                : $"an image of {shape} in {codec} that says it is {header.Shape} in {header.Format}";
        }
        catch (FileFormatException e)
        {
            return $"an image that can't be read: {e.Message}";
        }
    }

    private static string? JsonObjection(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException e)
        {
            return JsonFault.Describe(e);
        }
    }

    private void Count(ColumnAccumulator counted, long firstRow)
    {
        int start = 0;
        for (int i = 0; start < _used || i < _lengths.Count; i++)
        {
            ReadOnlySpan<byte> value = _bytes.AsSpan(start, column.IsRagged ? _lengths[i] : column.Stride);
            if (counted is ImageAccumulator images)
                Count(images, _images[i], value, firstRow + i);
            else
                counted.Add(value, firstRow + i);
            start += value.Length;
        }
    }

    private void Count(ImageAccumulator counted, ImageRow image, ReadOnlySpan<byte> bytes, long row)
    {
        if (image.Codec == ImageCodec.Raw)
        {
            counted.Add(bytes, image.Shape);
            return;
        }

        byte[] pixels = ArrayPool<byte>.Shared.Rent(image.Shape.Size);
        try
        {
            ImageDecoder.Decode(bytes, image.Shape, pixels.AsSpan(0, image.Shape.Size), new ImageSource("the image"));
            counted.Add(pixels.AsSpan(0, image.Shape.Size), image.Shape);
        }
        catch (FileFormatException e)
        {
            throw new ArgumentException(
                $"Row {row} of column `{column.Name}` has an image that can't be read: {e.Message}", nameof(bytes), e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private void Compress()
    {
        byte[] compressed = new byte[checked(_lengths.Sum(length => RowCodec.MostBytes(column.Codec, length)))];
        int start = 0, end = 0;
        for (int i = 0; i < _lengths.Count; i++)
        {
            int written = RowCodec.Compress(column.Codec, _bytes.AsSpan(start, _lengths[i]), compressed.AsSpan(end));
            (start, end, _lengths[i]) = (start + _lengths[i], end + written, written);
        }

        (_bytes, _used) = (compressed, end);
    }
}
