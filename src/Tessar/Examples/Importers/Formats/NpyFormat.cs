using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>NumPy's <c>.npy</c>: one array a file; a folder of them is a set of columns, named by the files.</summary>
internal sealed class NpyFormat : SourceFormat
{
    /// <inheritdoc/>
    public override string Name => "npy";

    /// <inheritdoc/>
    public override string Summary => "NumPy array, or a folder of them: x_train.npy, y_train.npy";

    /// <inheritdoc/>
    public override int Rank => 40;

    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        if (Directory.Exists(path))
            return Directory.EnumerateFiles(path, "*.npy").Any();
        using FileStream file = SourceFile.Open(path);
        byte[] start = new byte[NpyHeader.Mark.Length];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual(NpyHeader.Mark);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, ImportOptions options, CancellationToken cancellation)
    {
        string[] files = File.Exists(part.Path) ? [part.Path] : [.. Directory.EnumerateFiles(part.Path, "*.npy").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new TessarException($"`{part.Path}` holds no .npy files. Check the folder.", ErrorKind.InputData);
        return ArraySplits.Tables(part.Split, [.. files.Select(file => NpyArray.OfFile(file, Path.GetFileNameWithoutExtension(file)))]);
    }
}
