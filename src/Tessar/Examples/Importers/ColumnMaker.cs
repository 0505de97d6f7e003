using System.Buffers.Binary;
using Tessar.Examples.Images;
using Tessar.Examples.Importers.Columns;
using Tessar.Tensors;

namespace Tessar.Examples.Importers;

/// <summary>Makes the values of one column of the store from a source's rows. Safe from several threads.</summary>
/// <param name="column">The store's column.</param>
internal abstract class ColumnMaker(StoreColumn column)
{
    /// <summary>The store's column.</summary>
    public StoreColumn Column { get; } = column;

    /// <summary>The value for a row.</summary>
    /// <exception cref="FileFormatException">The source's value can't be stored.</exception>
    public abstract StoreValue Make(SourceTable table, SourceRow row, long at);
}

/// <summary>Values as they are.</summary>
/// <param name="column">The store's column.</param>
/// <param name="source">The source's.</param>
internal sealed class CopyMaker(StoreColumn column, int source) : ColumnMaker(column)
{
    /// <inheritdoc/>
    public override StoreValue Make(SourceTable table, SourceRow row, long at) => StoreValue.Bytes(row.Cells[source].Bytes);
}

/// <summary>Classes as I32.</summary>
/// <param name="labels">The source's classes.</param>
internal sealed class LabelMaker(LabelColumn labels) : ColumnMaker(StoreColumn.Scalar(Storage.StoreRules.Label, ElementType.I32))
{
    /// <inheritdoc/>
    public override StoreValue Make(SourceTable table, SourceRow row, long at)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, labels.ClassOf(table, row, at));
        return StoreValue.Bytes(bytes);
    }
}

/// <summary>
/// Pictures of one size from arrays: bytes as they are, numbers from 0 to 1 and truth values as 255 times as much, planes
/// interleaved.
/// </summary>
/// <param name="name">The store's column.</param>
/// <param name="index">The source's column.</param>
/// <param name="source">What it is.</param>
/// <param name="layout">How its numbers lie.</param>
/// <param name="size">Height and width wanted, or null for its own.</param>
internal sealed class ArrayImageMaker(
    string name, int index, SourceColumn source, PixelLayout layout, (int Height, int Width)? size)
    : ColumnMaker(StoreColumn.Image(name, Target(layout, size)))
{
    private readonly ImageShape _target = Target(layout, size);

    /// <inheritdoc/>
    public override StoreValue Make(SourceTable table, SourceRow row, long at)
    {
        ReadOnlyMemory<byte> bytes = row.Cells[index].Bytes;
        if (source.Type != ElementType.U8)
            bytes = UnitNumbers.ToBytes(table, row, at, index, source, bytes.Span);
        else if (source.IsTruth)
            bytes = Whitened(bytes.Span);
        if (layout.IsPlanar && layout.Shape.Channels > 1)
        {
            byte[] pixels = new byte[bytes.Length];
            PixelLayout.Interleave(bytes.Span, layout.Shape.Channels, pixels);
            bytes = pixels;
        }

        if (_target == layout.Shape)
            return StoreValue.Bytes(bytes);
        byte[] resized = new byte[_target.Size];
        Pixels.Fit(bytes.Span, layout.Shape, resized, _target);
        return StoreValue.Bytes(resized);
    }

    private static byte[] Whitened(ReadOnlySpan<byte> truths)
    {
        byte[] pixels = new byte[truths.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = truths[i] == 0 ? byte.MinValue : byte.MaxValue;
        return pixels;
    }

    private static ImageShape Target(PixelLayout layout, (int Height, int Width)? size) =>
        size is { } wanted ? new ImageShape(wanted.Height, wanted.Width, layout.Shape.Channels) : layout.Shape;
}
