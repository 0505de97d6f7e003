using Tessar.Examples.Importers.Formats;

namespace Tessar.Examples;

/// <summary>Turns a folder of IDX files, as MNIST and Fashion-MNIST are published, into an example store.</summary>
/// <remarks>
/// Looked for: <c>train-images-idx3-ubyte</c> and <c>train-labels-idx1-ubyte</c> for the split <c>train</c>,
/// <c>t10k-…</c> for <c>test</c>; with or without <c>.gz</c>, and with a dot before <c>idx</c>. At least one split has to be
/// there; other files are passed over. The store depends on the decompressed content only. <see cref="Importer"/> does the same
/// for other formats too.
/// </remarks>
public static class IdxImporter
{
    /// <summary>Imports a folder.</summary>
    /// <param name="sourceFolder">The folder that holds the files.</param>
    /// <param name="outPath">The <c>.tess</c> file to write; an existing one is replaced when the new one is finished.</param>
    /// <param name="options">Classes and limits; null for the defaults.</param>
    /// <param name="progress">Receives the number of examples written.</param>
    /// <param name="cancellation">Ends the import; nothing is left behind.</param>
    /// <returns>The store's identity.</returns>
    /// <exception cref="FileFormatException">
    /// A file is damaged, counts or sizes differ, or a label is outside the classes.
    /// </exception>
    /// <exception cref="TessarException">Files are missing or can't be read, or the disk is full.</exception>
    /// <exception cref="ArgumentException">
    /// A limit is negative or names a split that isn't there, or the classes' names are invalid.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Import(
        string sourceFolder,
        string outPath,
        IdxImportOptions? options = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceFolder);
        ArgumentException.ThrowIfNullOrEmpty(outPath);
        options ??= new IdxImportOptions();
        var general = new ImportOptions
        {
            Format = IdxFormat.FormatName,
            Classes = options.Classes,
            Limits = options.Limits,
            PageSize = options.PageSize
        };
        return Importer.ImportAny(sourceFolder, outPath, general, progress, mayHoldOthers: true, cancellation);
    }
}
