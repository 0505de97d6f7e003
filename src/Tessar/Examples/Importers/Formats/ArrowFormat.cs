using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>Apache Arrow IPC, as a file or a stream.</summary>
[SourceFormat("arrow", "Apache Arrow IPC file or stream, pictures as {bytes, path} or bytes", Rank = 43)]
internal sealed class ArrowFormat : FileFormat
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [".arrow", ".arrows", ".feather"];

    /// <inheritdoc/>
    protected override bool IsMark(ReadOnlySpan<byte> start) =>
        start.StartsWith(ArrowWalk.FileMark) || start.StartsWith(ArrowWalk.MessageMark);

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, OpeningContext opening) =>
        [ArrowTable.Open(path, split, opening.Options.Fill)];
}
