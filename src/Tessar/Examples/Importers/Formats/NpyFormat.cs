using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>NumPy's <c>.npy</c>: one array a file; a folder of them is a set of columns, named by the files.</summary>
[SourceFormat("npy", "NumPy array, or a folder of them: x_train.npy, y_train.npy", Rank = 40)]
internal sealed class NpyFormat : SourceFormat
{
    private const string Ending = ".npy";

    /// <inheritdoc/>
    public override bool RecognizesFolder(string path) => FilesOf(path, RecognizesName, leftOut: null).Length > 0;

    /// <inheritdoc/>
    public override bool RecognizesContent(FileStart start) => start.Bytes.AsSpan().StartsWith(NpyHeader.Mark);

    /// <inheritdoc/>
    public override bool RecognizesName(string name) => name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening)
    {
        string[] files = Directory.Exists(part.Path) ? FilesOf(part.Path, RecognizesName, opening.LeftOut) : [part.Path];
        if (files.Length == 0)
            throw new TessarException($"`{part.Path}` holds no {Ending} files. Check the folder.", ErrorKind.InputData);
        (ArraySource? Array, UnreadColumn? Unread)[] arrays = [.. files.Select(file =>
            NpyArray.OfFile(file, Path.GetFileNameWithoutExtension(file)))];
        ArraySource[] read = [.. arrays.Select(entry => entry.Array).OfType<ArraySource>()];
        UnreadColumn[] unread = [.. arrays.Select(entry => entry.Unread).OfType<UnreadColumn>()];
        return read.Length > 0
            ? ArraySplits.Tables(part.Split, read, opening.Options, unread)
            : throw ChosenColumns.None(part.Path, [], unread);
    }
}
