using Tessar.Examples.Images;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Exporters;

/// <summary>One export: what is written, where, and how far it has come.</summary>
/// <param name="store">The store.</param>
/// <param name="options">The caller's wishes.</param>
/// <param name="total">Rows to write.</param>
/// <param name="progress">Receives the rows written.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class ExportJob(
    ExampleStore store, ExportOptions options, long total, IProgress<ImportProgress>? progress, CancellationToken cancellation)
{
    private const int RowsPerReport = 256;
    private readonly List<string> _files = [];
    private long _done;

    /// <summary>The store.</summary>
    public ExampleStore Store { get; } = store;

    /// <summary>The caller's wishes.</summary>
    public ExportOptions Options { get; } = options;

    /// <summary>The files that were written.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The file of a split.</summary>
    /// <exception cref="TessarException">One file was named for several splits, or a split's name can't be a file's.</exception>
    public string PathOf(string path, StoreSplit split, int splits, string extension)
    {
        if (!path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            return split.Name.IndexOfAny(['/', '\\', '\0']) < 0 && split.Name is not ("." or "..")
                ? Path.GetFullPath(Path.Combine(path, split.Name + extension))
                : throw new TessarException(
                    $"The split `{split.Name}` can't name a file. Export it alone, into a file that you name.", ErrorKind.Usage)
                {
                    Remedies = [new(RemedyKind.ChangeArgument, "split", split.Name)]
                };
        }

        return splits == 1 ? Path.GetFullPath(path) : throw new TessarException(
            $"`{path}` is one file, but {Store.Path} has the splits {string.Join(", ", Store.Splits.Select(one => one.Name))}. "
            + "Name a folder, or one of the splits.",
            ErrorKind.Usage)
        { Remedies = [new(RemedyKind.ChangeArgument, "split")] };
    }

    /// <summary>Refuses a file that can't be written: one that is there already, or that belongs to the store.</summary>
    /// <exception cref="TessarException">It can't.</exception>
    public void CheckFree(string path)
    {
        OutputPath.RefuseExisting(path, "out", Options.Replace);
        OutputPath.RefuseInputs(path, "out", Store.Paths);
    }

    /// <summary>Writes a file that appears under its name when it is complete.</summary>
    /// <exception cref="TessarException">It exists already, can't be written, or the disk is full.</exception>
    public void WriteFile(string path, Action<Stream> write)
    {
        CheckFree(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, write);
        _files.Add(path);
    }

    /// <summary>Removes what a failed export has written.</summary>
    public void RemoveFiles() => _files.ForEach(File.Delete);

    /// <summary>Counts a row, and stops when that is wished.</summary>
    public void CountRow()
    {
        if (++_done % RowsPerReport != 0 && _done != total)
            return;
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new ImportProgress(_done, total));
    }

    /// <summary>What an import needs to find the same split and classes.</summary>
    public StoreMarks MarksOf(StoreSplit split) => new(split.Name, Store.ClassNames);

    /// <summary>A picture as a file: as it is stored, or as PNG when only its pixels are.</summary>
    public (ImageCodec Codec, byte[] File) ImageFile(StoreColumn column, long row)
    {
        StoredImage image = Store.ImageOf(column, row);
        return image.Codec == ImageCodec.Raw
            ? (ImageCodec.Png, ImageEncoder.Png(image.Bytes, image.Shape))
            : (image.Codec, image.Bytes.ToArray());
    }
}
