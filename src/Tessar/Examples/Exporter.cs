using Tessar.Examples.Exporters;

namespace Tessar.Examples;

/// <summary>
/// Writes example stores in other formats; <see cref="Importer"/> reads them back to the same rows, labels, ids and classes.
/// </summary>
/// <remarks>
/// Each split becomes a file, which names split and classes in its metadata. Pictures held as raw pixels become PNG in
/// <c>webdataset</c> and <c>parquet</c>, so every pixel stays. Memory doesn't grow with the store.
/// </remarks>
/// <example><code>
/// using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
/// Exporter.Export(store, "parquet", "fashion/");              // fashion/train.parquet, fashion/test.parquet
/// </code></example>
public static class Exporter
{
    /// <summary>Names of the formats.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. ExportFormat.Choices.Names];

    /// <summary>Exports a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="path">
    /// A folder, which gets a file for each split; or, for one split, a file with the format's ending (<c>.tar</c>,
    /// <c>.parquet</c>,
    /// <c>.safetensors</c>).
    /// </param>
    /// <param name="options">Split, shards; null for the defaults.</param>
    /// <param name="progress">Receives the number of examples written.</param>
    /// <param name="cancellation">Ends the export; no file of it is left behind.</param>
    /// <returns>The files, with full paths, in the order of their rows.</returns>
    /// <exception cref="ArgumentException">There is no such split, or options contradict one another.</exception>
    /// <exception cref="FileFormatException">A row of the store is damaged.</exception>
    /// <exception cref="TessarException">
    /// There is no such format, it can't hold one of the columns, a file exists already, or the disk is full.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<string> Export(
        ExampleStore store,
        string format,
        string path,
        ExportOptions? options = null,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(format);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ExportOptions();
        var writer = ExportFormat.Choices.Create(format);
        if (options.ShardBytes is { } bytes && (bytes < 1 || !writer.HasShards))
            throw new ArgumentException(
                $"A shard size of {bytes} was given; it has to be 1 or more, and {writer.Name} has to be sharded "
                    + $"(webdataset is).", nameof(options))
                    .ForUser(ErrorKind.Usage, new Remedy(RemedyKind.ChangeArgument, "shard-size"));
        StoreSplit[] splits = options.Split is { } name ? [store.Split(name)] : [.. store.Splits];
        var job = new ExportJob(store, options, splits.Sum(split => split.Count), progress, cancellation);
        // All of them before the first is written: what a failed export leaves is nothing.
        string[] paths = [.. splits.Select(split => job.PathOf(path, split, splits.Length, writer.Extension))];
        Array.ForEach(paths, job.CheckFree);
        try
        {
            for (int i = 0; i < splits.Length; i++)
                writer.Write(job, splits[i], paths[i]);
            return job.Files;
        }
        catch
        {
            job.RemoveFiles();
            throw;
        }
    }
}
