using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>One file of CIFAR: rows of 1 label (CIFAR-100: coarse, fine), then red, green and blue planes.</summary>
internal sealed class CifarTable : SourceTable
{
    private const int PixelBytes = 3 * 32 * 32, RowsAtOnce = 256;
    private readonly string _path;
    private readonly int _labels;
    private readonly IReadOnlyList<string>? _classes;

    /// <exception cref="FileFormatException">The file isn't a whole number of rows.</exception>
    public CifarTable(string? split, string path, bool isHundred, IReadOnlyList<string>? classes)
        : base(split)
    {
        (_path, _labels, _classes) = (path, isHundred ? 2 : 1, classes);
        using FileStream file = SourceFile.Open(path);
        (Count, long rest) = Math.DivRem(file.Length, RowBytes);
        if (rest != 0)
            throw SourceFile.Refuse(path, file.Length - rest, $"rows of {RowBytes} bytes", $"{rest} bytes after the last");
        Columns =
        [
            SourceColumn.Pixels(StoreRules.Image, new ImageShape(32, 32, 3)),
            SourceColumn.Array(StoreRules.Label, ElementType.U8),
            .. isHundred ? [SourceColumn.Array("coarse_label", ElementType.U8)] : Array.Empty<SourceColumn>(),
        ];
    }

    /// <inheritdoc/>
    public override string Name => _path;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; }

    /// <inheritdoc/>
    public override long Count { get; }

    private int RowBytes => _labels + PixelBytes;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => _classes ?? DefaultClasses(_labels == 2 ? 99 : 9);

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) =>
        [SourceFile.Describe(_path, cancellation)];

    /// <inheritdoc/>
    public override (string Path, long? Offset) PlaceOf(SourceRow row, long index, int column) =>
        (_path, row.Offset + (column == 1 ? _labels - 1 : 0));

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        using FileStream file = SourceFile.Open(_path);
        byte[] block = new byte[RowsAtOnce * RowBytes];
        for (long first = 0; first < Count; first += RowsAtOnce)
        {
            int rows = (int)Math.Min(RowsAtOnce, Count - first);
            int read = file.ReadAtLeast(block.AsSpan(0, rows * RowBytes), rows * RowBytes, throwOnEndOfStream: false);
            if (read < rows * RowBytes)
                throw SourceFile.Refuse(_path, (first * RowBytes) + read, $"{Count} rows", "the end of the file");
            byte[] values = new byte[rows * RowBytes];
            for (int i = 0; i < rows; i++)
            {
                Span<byte> source = block.AsSpan(i * RowBytes, RowBytes), target = values.AsSpan(i * RowBytes, RowBytes);
                source[.._labels].CopyTo(target);
                PixelLayout.Interleave(source[_labels..], 3, target[_labels..]);
                Memory<byte> row = values.AsMemory(i * RowBytes, RowBytes);
                var image = new Cell(row[_labels..]);
                Cell[] cells = _labels == 2
                    ? [image, new Cell(row.Slice(1, 1)), new Cell(row[..1])]
                    : [image, new Cell(row[..1])];
                yield return new SourceRow(_path, (first + i) * RowBytes, $"row {first + i}", cells);
            }
        }
    }
}
