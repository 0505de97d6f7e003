using Tessar.Examples.Importers;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples;

/// <summary>Makes example stores from files in other formats. docs/examples.md says what becomes of what.</summary>
/// <remarks>
/// A source is read at least twice: once to look through labels and pictures, once to write. Memory doesn't grow with it; a
/// header that promises more than its file holds is refused before anything is reserved. The same source and options give the
/// same store.
/// </remarks>
/// <example><code>
/// Importer.Import("photos/", "photos.tess", new ImportOptions { Size = (64, 64), SkipBad = true });
/// Importer.Import("train=a.npz,test=b.npz", "arrays.tess");
/// </code></example>
public static class Importer
{
    /// <summary>Names of the formats, as <see cref="ImportOptions.Format"/> takes them.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. FormatCatalog.Choices.Names];

    /// <summary>The format of a file or folder, by its content and name.</summary>
    /// <param name="source">A source as <see cref="Import"/> takes it; its first file decides.</param>
    /// <returns>One of <see cref="Formats"/>.</returns>
    /// <exception cref="TessarException">It doesn't exist, or is in none of them; the message lists them.</exception>
    public static string Detect(string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        return FormatCatalog.Detect(SourcePart.Parse(source)[0].Path).Name;
    }

    /// <summary>Imports a source.</summary>
    /// <param name="source">
    /// A file or folder; <c>train=a.npz,test=b.npz</c> for a file to each split; <c>shard-{000..003}.tar</c> for several files.
    /// </param>
    /// <param name="outPath">The <c>.tess</c> file to write; an existing one is replaced when the new one is finished.</param>
    /// <param name="options">Columns, splits, limits; null for the defaults.</param>
    /// <param name="progress">Receives the number of examples looked through, then of those written.</param>
    /// <param name="cancellation">Ends the import; nothing is left behind.</param>
    /// <returns>The store's identity.</returns>
    /// <exception cref="FileFormatException">
    /// The source is damaged or contradicts itself, or holds what a store can't.
    /// </exception>
    /// <exception cref="TessarException">
    /// The source is missing, in no known format, holds what can't be imported, or lacks a column that was asked for; the store
    /// would replace one of its sources; or the disk is full.
    /// </exception>
    /// <exception cref="ArgumentException">Limits, splits or classes contradict the source.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Import(
        string source,
        string outPath,
        ImportOptions? options = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(outPath);
        options ??= new ImportOptions();
        if (options.Size is { } size && (size.Height < 1 || size.Width < 1))
            throw new ArgumentOutOfRangeException(nameof(options), size, "Height and width of the pictures have to be 1 or more.")
                .ForUser();
        return ImportAny(source, outPath, options, progress, mayHoldOthers: false, cancellation);
    }

    /// <summary>Imports a source; a folder may hold other files beside those that its format names.</summary>
    internal static string ImportAny(
        string source, string outPath, ImportOptions options, IProgress<ImportProgress>? progress, bool mayHoldOthers,
        CancellationToken cancellation)
    {
        try
        {
            return Build(source, outPath, options, progress, mayHoldOthers, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is written goes through a door that names it; this is a folder that can't be listed, or a file that breaks
            // off.
            throw SourceFile.Unreadable(source, e);
        }
    }

    private static string Build(
        string source, string outPath, ImportOptions options, IProgress<ImportProgress>? progress, bool mayHoldOthers,
        CancellationToken cancellation)
    {
        IReadOnlyList<SourcePart> parts = SourcePart.Parse(source);
        OutputPath.RefuseInputs(outPath, "out", parts.Select(part => part.Path));
        SourceFormat format = options.Format is { } name ? FormatCatalog.Find(name) : FormatCatalog.Detect(parts[0].Path);
        var leftOut = new LeftOut();
        IReadOnlyList<SourceTable> tables = format.Open(parts, new OpeningContext(options, leftOut, cancellation));
        try
        {
            leftOut = mayHoldOthers ? new LeftOut() : leftOut;
            if (leftOut.Count > 0 && !options.SkipUnknown)
                throw leftOut.Refuse(source);
            return StoreBuilder.Build(outPath, format.Name, tables, leftOut, options, progress, cancellation);
        }
        finally
        {
            foreach (SourceTable table in tables)
                table.Dispose();
        }
    }
}
