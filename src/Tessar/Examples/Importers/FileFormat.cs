using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>
/// A format of single files; a folder of them is read file by file in ordinal order, their names telling the splits.
/// </summary>
internal abstract class FileFormat : SourceFormat
{
    /// <summary>Endings of its files, with the dot, in lower case.</summary>
    protected abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>
    /// True when a file begins as this format does; <paramref name="start"/> holds its first 512 bytes, or all it has.
    /// </summary>
    protected abstract bool IsMark(ReadOnlySpan<byte> start);

    /// <summary>Opens one file.</summary>
    protected abstract IReadOnlyList<SourceTable> OpenFile(string path, string? split, OpeningContext opening);

    /// <inheritdoc/>
    public sealed override bool RecognizesFolder(string path) => FilesOf(path, RecognizesName, leftOut: null).Length > 0;

    /// <inheritdoc/>
    public sealed override bool RecognizesContent(FileStart start) => IsMark(start.Bytes);

    /// <inheritdoc/>
    public sealed override bool RecognizesName(string name) =>
        Extensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening)
    {
        string[] files = Directory.Exists(part.Path) ? FilesOf(part.Path, RecognizesName, opening.LeftOut) : [part.Path];
        if (files.Length == 0)
        {
            throw new TessarException(
                $"`{part.Path}` holds no files of the format {Name} ({string.Join(", ", Extensions)}). Check the folder.",
                ErrorKind.InputData);
        }

        var tables = new List<SourceTable>();
        try
        {
            foreach (string file in files)
                tables.AddRange(OpenFile(file, part.Split ?? SplitNames.OfFile(file), opening));
            return tables;
        }
        catch
        {
            tables.ForEach(table => table.Dispose());
            throw;
        }
    }
}
