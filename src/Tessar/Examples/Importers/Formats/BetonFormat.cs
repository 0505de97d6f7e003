using System.Buffers.Binary;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>FFCV's <c>.beton</c>, version 2.</summary>
internal sealed class BetonFormat : FileFormat
{
    private const string Ending = ".beton";

    /// <inheritdoc/>
    public override string Name => "beton";

    /// <inheritdoc/>
    public override string Summary => "FFCV .beton, version 2";

    /// <inheritdoc/>
    public override int Rank => 70;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [Ending];

    /// <summary>It has no mark: a version of 2, fields, and a page size that is a power of two have to do.</summary>
    protected override bool IsMark(ReadOnlySpan<byte> start) =>
        start.Length >= 8 && BinaryPrimitives.ReadUInt16LittleEndian(start) == 2 && BinaryPrimitives.ReadUInt16LittleEndian(start[2..]) > 0
        && System.Numerics.BitOperations.IsPow2(BinaryPrimitives.ReadUInt32LittleEndian(start[4..]));

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, ImportOptions options, CancellationToken cancellation) =>
        [BetonTable.Open(path, split)];
}
