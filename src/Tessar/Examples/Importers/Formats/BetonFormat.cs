using System.Buffers.Binary;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>FFCV's <c>.beton</c>, version 2.</summary>
[SourceFormat("beton", "FFCV .beton, version 2", Rank = 70)]
internal sealed class BetonFormat : FileFormat
{
    private const string Ending = ".beton";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [Ending];

    /// <summary>
    /// It has no mark: version 2, fields, a page size that is a power of two, a table within 2^48 bytes and the first field's
    /// type have to do.
    /// </summary>
    protected override bool IsMark(ReadOnlySpan<byte> start) =>
        start.Length >= 25 && BinaryPrimitives.ReadUInt16LittleEndian(start) == 2
            && BinaryPrimitives.ReadUInt16LittleEndian(start[2..]) > 0
        && System.Numerics.BitOperations.IsPow2(BinaryPrimitives.ReadUInt32LittleEndian(start[4..]))
        && BinaryPrimitives.ReadUInt64LittleEndian(start[16..]) is > 0 and < 1UL << 48
        && start[24] is <= (byte)BetonType.Tensor or byte.MaxValue;

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, OpeningContext opening) =>
        [BetonTable.Open(path, split)];
}
