using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers;

/// <summary>A format of single files; a folder of them is read file by file in ordinal order, their names telling the splits.</summary>
internal abstract class FileFormat : SourceFormat
{
    private const int MarkBytes = 16;

    /// <summary>Endings of its files, with the dot, in lower case.</summary>
    protected abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>True when a file begins as this format does; <paramref name="start"/> holds its first 16 bytes, or all it has.</summary>
    protected abstract bool IsMark(ReadOnlySpan<byte> start);

    /// <summary>Opens one file.</summary>
    protected abstract IReadOnlyList<SourceTable> OpenFile(string path, string? split, ImportOptions options, CancellationToken cancellation);

    /// <inheritdoc/>
    public sealed override bool Recognises(string path)
    {
        if (Directory.Exists(path))
            return FilesOf(path).Length > 0;
        if (HasExtension(path))
            return true;
        using Stream file = SourceFile.Open(path);
        byte[] start = new byte[MarkBytes];
        return IsMark(start.AsSpan(0, file.ReadAtLeast(start, MarkBytes, throwOnEndOfStream: false)));
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<SourceTable> OpenPart(SourcePart part, ImportOptions options, CancellationToken cancellation)
    {
        string[] files = Directory.Exists(part.Path) ? FilesOf(part.Path) : [part.Path];
        if (files.Length == 0)
        {
            throw new TessarException(
                $"`{part.Path}` holds no files of the format {Name} ({string.Join(", ", Extensions)}). Check the folder.", ErrorKind.InputData);
        }

        var tables = new List<SourceTable>();
        try
        {
            foreach (string file in files)
                tables.AddRange(OpenFile(file, part.Split ?? SplitNames.OfFile(file), options, cancellation));
            return tables;
        }
        catch
        {
            tables.ForEach(table => table.Dispose());
            throw;
        }
    }

    private bool HasExtension(string file) => Extensions.Any(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private string[] FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(HasExtension)
            .Order(StringComparer.Ordinal),
    ];
}
