using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>Apache Parquet: numbers, lists of numbers of one length, text, bytes, and pictures as {bytes, path}.</summary>
[SourceFormat("parquet", "Apache Parquet, pictures as {bytes, path} or bytes", Rank = 42)]
internal sealed class ParquetFormat : FileFormat
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [".parquet"];

    /// <inheritdoc/>
    protected override bool IsMark(ReadOnlySpan<byte> start) => start.StartsWith(ParquetGuard.Mark);

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, OpeningContext opening) =>
        [ParquetTable.Open(path, split, opening.Options.Fill)];
}
