using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Formats;

/// <summary>
/// safetensors: each tensor is a column whose first dimension counts the rows; names such as <c>x_train</c> tell the splits.
/// </summary>
[SourceFormat("safetensors", "tensors whose first dimension counts the examples", Rank = 50)]
internal sealed class SafetensorsFormat : FileFormat
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [".safetensors"];

    /// <inheritdoc/>
    protected override bool IsMark(ReadOnlySpan<byte> start) =>
        start.Length > 8 && start[8] == (byte)'{' && start[7] == 0 && start[6] == 0;

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, OpeningContext opening)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Entries.Count == 0)
            throw SourceFile.Refuse(path, 8, "tensors", "none");
        ArraySource[] arrays = [.. file.Entries.Select(entry => Open(path, entry))];
        StoreMarks marks = StoreMarks.Read(path, key => file.Metadata.GetValueOrDefault(key));
        return ArraySplits.Tables(marks.Split ?? split, arrays, opening.Options, classes: marks.Classes);
    }

    private static ArraySource Open(string path, TensorEntry entry) =>
        new(path, entry.Name, TypeOf(entry.Type), IsBigEndian: false, entry.Shape, entry.Offset, () =>
        {
            FileStream data = SourceFile.Open(path);
            data.Position = entry.Offset;
            return data;
        });

    private static NumberType TypeOf(ElementType type) => type switch
    {
        ElementType.F64 => NumberType.F64,
        ElementType.F32 => NumberType.F32,
        ElementType.F16 => NumberType.F16,
        ElementType.BF16 => NumberType.BF16,
        ElementType.I64 => NumberType.I64,
        ElementType.I32 => NumberType.I32,
        ElementType.I16 => NumberType.I16,
        ElementType.I8 => NumberType.I8,
        ElementType.U8 => NumberType.U8,
        _ => NumberType.Bool,
    };
}
