using Tessar.Examples.Images;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>Pictures of any size: JPEG and PNG files as they are, other files recoded as PNG, pixels as pixels.</summary>
/// <param name="name">The store's column.</param>
/// <param name="source">The source's.</param>
internal sealed class ImageMaker(string name, int source) : ColumnMaker(StoreColumn.RaggedImage(name))
{
    /// <inheritdoc/>
    public override StoreValue Make(SourceTable table, SourceRow row, long at)
    {
        Cell cell = row.Cells[source];
        if (cell.Raw is { } raw)
            return StoreValue.Image(ImageCodec.Raw, raw, cell.Bytes);
        var origin = new ImageSource(row.Path, row.Offset ?? 0);
        ImageHeader header = ImageDecoder.Probe(cell.Bytes.Span, origin);
        if (header.Codec is { } codec)
            return StoreValue.Image(codec, header.Shape, cell.Bytes);
        byte[] pixels = new byte[header.Shape.Size];
        ImageDecoder.Decode(cell.Bytes.Span, header.Shape, pixels, origin);
        return StoreValue.Image(ImageCodec.Png, header.Shape, ImageEncoder.Png(pixels, header.Shape));
    }
}

/// <summary>Pictures brought to one size and stored as pixels.</summary>
/// <param name="name">The store's column.</param>
/// <param name="source">The source's.</param>
/// <param name="target">The size wanted.</param>
internal sealed class ResizedImageMaker(string name, int source, ImageShape target)
    : ColumnMaker(StoreColumn.Image(name, target))
{
    /// <inheritdoc/>
    public override StoreValue Make(SourceTable table, SourceRow row, long at)
    {
        Cell cell = row.Cells[source];
        byte[] pixels = new byte[target.Size];
        if (cell.Raw is { } raw)
            Pixels.Fit(cell.Bytes.Span, raw, pixels, target);
        else
            ImageDecoder.Decode(cell.Bytes.Span, target, pixels, new ImageSource(row.Path, row.Offset ?? 0));
        return StoreValue.Bytes(pixels);
    }
}
