using System.Numerics;
using Tessar.Examples.Images;
using Tessar.Tensors;

namespace Tessar.Examples.Storage;

/// <summary>The rules that columns, splits and classes obey, and the places that follow from them.</summary>
/// <remarks>
/// The writer checks a layout by them and the reader a manifest: each section begins at the first multiple of 4096 after the
/// one before it, so a file has exactly one valid set of offsets, and sections can't overlap.
/// </remarks>
internal static class StoreRules
{
    /// <summary>Every section begins at a multiple of this.</summary>
    public const int Alignment = 4096;

    /// <summary>Name of the column that holds classes.</summary>
    public const string Label = "label";

    /// <summary>Name of the column that holds the pictures.</summary>
    public const string Image = "image";

    /// <summary>Codec of values that are stored as they are.</summary>
    public const string Raw = "raw";

    /// <summary>Codec of images of which each row says how it is coded.</summary>
    public const string Mixed = "mixed";

    /// <summary>Bytes that say how the image of one row is coded and how large it is.</summary>
    public const int MetadataSize = ImageRow.Size;

    /// <summary>The first multiple of 4096 that isn't below the offset.</summary>
    public static long Align(long offset) => checked(offset + Alignment - 1) / Alignment * Alignment;

    /// <summary>True for a power of two in [64 KiB, 1 GiB].</summary>
    public static bool IsPageSize(long bytes) => bytes is >= 65536 and <= 1 << 30 && BitOperations.IsPow2(bytes);

    /// <summary>Says what is wrong with columns, splits or classes; null when nothing is.</summary>
    public static string? Violation(
        IReadOnlyList<StoreColumn> columns, IReadOnlyList<StoreSplit> splits, IReadOnlyList<string> classes)
    {
        if (columns.Count == 0)
            return "no column";
        return columns.Select(column => Violation(column, classes)).FirstOrDefault(violation => violation is not null)
            ?? splits.Select(Violation).FirstOrDefault(violation => violation is not null)
            ?? Doubled("column", columns.Select(column => column.Name))
            ?? Doubled("split", splits.Select(split => split.Name))
            ?? (classes.Any(string.IsNullOrWhiteSpace) ? "a class without a name" : Doubled("class", classes));
    }

    /// <summary>Gives columns and splits their places.</summary>
    /// <param name="columns">Columns; of ragged ones the blobs' lengths count.</param>
    /// <param name="splits">Splits; their counts count.</param>
    /// <param name="hasIds">Whether rows have ids of their own.</param>
    /// <exception cref="OverflowException">The file would have 2^63 bytes or more.</exception>
    public static StorePlaces Place(IReadOnlyList<StoreColumn> columns, IReadOnlyList<StoreSplit> splits, bool hasIds)
    {
        long rows = 0;
        var placedSplits = new StoreSplit[splits.Count];
        for (int i = 0; i < splits.Count; i++)
        {
            placedSplits[i] = splits[i] with { First = rows };
            rows = checked(rows + splits[i].Count);
        }

        long end = Alignment;
        var placed = new StoreColumn[columns.Count];
        for (int i = 0; i < columns.Count; i++)
        {
            StoreColumn column = columns[i];
            long first = Take(column.IsRagged ? checked((rows + 1) * sizeof(long)) : checked(rows * column.Stride));
            placed[i] = column with
            {
                Offset = first,
                Metadata = column.HasMixedImages ? Take(checked(rows * MetadataSize)) : null
            };
        }

        long? ids = hasIds ? Take(checked(rows * sizeof(ulong))) : null;
        long fixedEnd = end;
        for (int i = 0; i < placed.Length; i++)
        {
            long length = placed[i].Blob?.Length ?? 0;
            placed[i] = placed[i] with { Blob = placed[i].IsRagged ? new StoreBlob(Take(length), length) : null };
        }

        return new StorePlaces(placed, placedSplits, ids, fixedEnd, end);

        long Take(long bytes)
        {
            long first = end;
            end = Align(checked(end + bytes));
            return first;
        }
    }

    /// <summary>Places of a file that names segments: it has rows, but holds none.</summary>
    public static StorePlaces PlaceIndex(IReadOnlyList<StoreColumn> columns, IReadOnlyList<StoreSplit> splits) => new(
        [.. columns.Select(column => column with { Offset = 0, Metadata = null, Blob = null })],
        Place([], splits, hasIds: false).Splits,
        null, Alignment, Alignment);

    /// <summary>Pages that the file's bytes from the header's end to <paramref name="end"/> touch.</summary>
    public static long Pages(long end, int pageSize) => end == Alignment ? 0 : ((end - 1) / pageSize) + 1;

    private static string? Violation(StoreColumn column, IReadOnlyList<string> classes)
    {
        string name = $"column `{column.Name}`";
        if (string.IsNullOrWhiteSpace(column.Name))
            return "a column without a name";
        if (CodecViolation(column) is { } codec)
            return $"{name} with codec `{column.Codec}` ({codec})";
        if (column.Type is not (ElementType.U8 or ElementType.I32 or ElementType.I64 or ElementType.F32 or ElementType.F64))
            return $"{name} of {ElementTypes.NameOf(column.Type)} (U8, I32, I64, F32 and F64 are known)";
        if (column.Shape.Any(dimension => dimension < 1))
            return $"{name} with a dimension below 1";
        bool hasFixedSize = column.Kind is ColumnKind.Scalar or ColumnKind.Tensor
            || (column.Kind == ColumnKind.Image && !column.HasMixedImages);
        long stride = hasFixedSize ? Stride(column) : 0;
        if (stride != column.Stride)
            return $"{name} with {column.Stride} bytes a row (its shape has {stride})";
        bool fits = column.Kind switch
        {
            ColumnKind.Scalar => column.Shape.Count == 0,
            ColumnKind.Tensor => true,
            ColumnKind.Image =>
                column.Type == ElementType.U8
                    && (column.Shape is [_, _, <= 4] || (column.HasMixedImages && column.Shape.Count == 0)),
            _ => column.Type == ElementType.U8 && column.Shape.Count == 0,
        };
        if (!fits)
            return $"{name} of kind {column.Kind} with shape [{string.Join(", ", column.Shape)}] of "
                + $"{ElementTypes.NameOf(column.Type)}";
        if (column.Blob is { } blob && (!column.IsRagged || blob.Length < 0))
            return $"{name} with values of {blob.Length} bytes elsewhere";
        if (column.Name == Image && column.Kind != ColumnKind.Image)
            return $"{name} that isn't of kind image";
        if (column.Name == Label && (column.Kind != ColumnKind.Scalar || column.Type != ElementType.I32 || column.IsRagged))
            return $"{name} that isn't an I32 scalar, uncompressed";
        return column.Name == Label && classes.Count == 0 ? $"{name} without classes" : null;
    }

    private static string? CodecViolation(StoreColumn column) => column.Codec switch
    {
        Raw => null,
        Mixed => column.Kind == ColumnKind.Image ? null : "which only images can have",
        RowCodec.Lz4 or RowCodec.Zstd => null,
        _ => "`raw`, `lz4`, `zstd` and, for images, `mixed` are known",
    };

    private static string? Violation(StoreSplit split)
    {
        if (string.IsNullOrWhiteSpace(split.Name) || split.Name.Contains(':', StringComparison.Ordinal))
            return $"a split named `{split.Name}` (a name without colon is needed)";
        return split.Count < 0 ? $"split `{split.Name}` with {split.Count} rows" : null;
    }

    private static string? Doubled(string what, IEnumerable<string> names) =>
        names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? $"{what} `{twice.Key}` twice"
            : null;

    /// <summary>Bytes a row; −1 when they don't fit into 31 bits.</summary>
    private static long Stride(StoreColumn column)
    {
        Int128 bytes = ElementTypes.SizeOf(column.Type);
        foreach (int dimension in column.Shape)
        {
            bytes *= dimension;
            if (bytes > int.MaxValue)
                return -1;
        }

        return (long)bytes;
    }
}

/// <summary>Where everything in a store's file lies.</summary>
/// <param name="Columns">The columns with their places.</param>
/// <param name="Splits">The splits with their first rows.</param>
/// <param name="Ids">The place of the ids; null without.</param>
/// <param name="FixedEnd">The end of what has a size that follows from the number of rows; the blobs follow.</param>
/// <param name="End">The end of the data, a multiple of 4096.</param>
internal sealed record StorePlaces(StoreColumn[] Columns, StoreSplit[] Splits, long? Ids, long FixedEnd, long End);
