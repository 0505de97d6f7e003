using System.Buffers.Binary;
using System.Globalization;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples;

/// <summary>Turns a folder of IDX files, as MNIST and Fashion-MNIST are published, into an example store.</summary>
/// <remarks>
/// Looked for: <c>train-images-idx3-ubyte</c> and <c>train-labels-idx1-ubyte</c> for the split <c>train</c>,
/// <c>t10k-…</c> for <c>test</c>; with or without <c>.gz</c>, and with a dot before <c>idx</c>. At least one split has to be
/// there. The store depends on the decompressed content only. Memory: the labels and one image; every byte is read once.
/// </remarks>
public static class IdxImporter
{
    private const int RowsPerReport = 1024;
    private static readonly (string Split, string Prefix)[] s_splits = [("train", "train"), ("test", "t10k")];

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
        IReadOnlyList<(string Split, string Images, string Labels)> pairs = FindPairs(sourceFolder);
        if (pairs.Count == 0)
        {
            throw new TessarException(
                $"`{Path.GetFullPath(sourceFolder)}` holds no IDX files. "
                + "Expected train-images-idx3-ubyte and train-labels-idx1-ubyte (or t10k-…), with or without .gz. Check the folder.",
                ErrorKind.InputData);
        }

        CheckLimits(options, pairs.Select(pair => pair.Split));
        var opened = new List<Source>();
        try
        {
            foreach ((string split, string images, string labels) in pairs)
                opened.Add(Source.Open(split, images, labels, options));
            return Write(opened, outPath, options, progress, cancellation);
        }
        finally
        {
            foreach (Source source in opened)
                source.Dispose();
        }
    }

    /// <summary>The splits of which a folder holds both files; a file without its partner is an error.</summary>
    /// <exception cref="TessarException">The folder is missing, or a file is without its partner.</exception>
    internal static IReadOnlyList<(string Split, string Images, string Labels)> FindPairs(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new TessarException(
                $"The folder `{Path.GetFullPath(folder)}` doesn't exist. Check the path.", ErrorKind.InputData);
        }

        var pairs = new List<(string, string, string)>();
        foreach ((string split, string prefix) in s_splits)
        {
            string? images = Find(folder, $"{prefix}-images", "idx3-ubyte");
            string? labels = Find(folder, $"{prefix}-labels", "idx1-ubyte");
            if (images is not null && labels is not null)
            {
                pairs.Add((split, images, labels));
            }
            else if ((images ?? labels) is { } lonely)
            {
                string missing = images is null ? $"{prefix}-images-idx3-ubyte" : $"{prefix}-labels-idx1-ubyte";
                throw new TessarException(
                    $"`{lonely}` is there without `{missing}` (with or without .gz) beside it. Add the missing file.",
                    ErrorKind.InputData);
            }
        }

        return pairs;
    }

    private static string? Find(string folder, string name, string type)
    {
        string[] candidates = [$"{name}-{type}", $"{name}-{type}.gz", $"{name}.{type}", $"{name}.{type}.gz"];
        return candidates.Select(candidate => Path.GetFullPath(Path.Combine(folder, candidate))).FirstOrDefault(File.Exists);
    }

    private static void CheckLimits(IdxImportOptions options, IEnumerable<string> splits)
    {
        foreach ((string split, long limit) in options.Limits)
        {
            if (limit < 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(options), limit, $"The limit of `{split}` is {limit}; it has to be 0 or more.");
            }

            if (!splits.Contains(split, StringComparer.Ordinal))
            {
                throw new ArgumentException(
                    $"`{split}` has a limit, but the source has the splits: {string.Join(", ", splits)}.", nameof(options));
            }
        }
    }

    private static string Write(
        List<Source> sources, string path, IdxImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<string> classes = options.Classes ?? DefaultClasses(sources);
        foreach (Source source in sources)
            source.CheckAgainst(sources[0], classes);
        ImageShape shape = sources[0].Shape;
        long total = sources.Sum(source => source.Count), done = 0;
        var provenance = new List<StoreSource>();
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image(StoreRules.Image, shape), StoreColumn.Scalar(StoreRules.Label, ElementType.I32)],
            Splits = [.. sources.Select(source => new StoreSplit(source.Split, 0, source.Count))],
            Classes = classes,
            PageSize = options.PageSize,
        });
        byte[] row = new byte[shape.Size + sizeof(int)];
        foreach (Source source in sources)
        {
            for (int i = 0; i < source.Images.Shape[0]; i++)
            {
                if (i % RowsPerReport == 0)
                    cancellation.ThrowIfCancellationRequested();

                // Images beyond the limit are read too: the digest and the file's end belong to the whole file.
                source.Images.Read(row.AsSpan(0, shape.Size));
                if (i >= source.Count)
                    continue;
                BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(shape.Size), source.Labels[i]);
                writer.Append(row);
                if (++done % RowsPerReport == 0 || done == total)
                    progress?.Report(new ImportProgress(done, total));
            }

            provenance.AddRange(source.Images.Finish(), source.LabelFile);
        }

        return writer.Finish(new StoreProvenance("idx", provenance, Settings(options)));
    }

    private static SortedDictionary<string, string> Settings(IdxImportOptions options)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string split, long limit) in options.Limits)
            settings.Add($"limit.{split}", limit.ToString(CultureInfo.InvariantCulture));
        return settings;
    }

    private static IReadOnlyList<string> DefaultClasses(List<Source> sources)
    {
        if (sources.TrueForAll(source => FashionMnist.IsLabelFile(source.LabelFile)))
            return FashionMnist.Classes;
        int largest = sources.Max(source => source.Labels.Length == 0 ? 0 : source.Labels.Max());
        return [.. Enumerable.Range(0, Math.Max(9, largest) + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>One split: its images, still to be read, and its labels.</summary>
    private sealed class Source : IDisposable
    {
        private readonly string _labelPath;

        private Source(string split, IdxFile images, byte[] labels, string labelPath, StoreSource labelFile, long limit)
        {
            (Split, Images, Labels, _labelPath, LabelFile) = (split, images, labels, labelPath, labelFile);
            Count = Math.Min(images.Shape[0], limit);
        }

        public string Split { get; }

        public IdxFile Images { get; }

        public byte[] Labels { get; }

        public StoreSource LabelFile { get; }

        /// <summary>Examples to take.</summary>
        public long Count { get; }

        public ImageShape Shape => new(Images.Shape[1], Images.Shape[2], 1);

        public static Source Open(string split, string imagePath, string labelPath, IdxImportOptions options)
        {
            using IdxFile labelFile = IdxFile.Open(labelPath, 1);
            byte[] labels = new byte[labelFile.Shape[0]];
            labelFile.Read(labels);
            StoreSource digest = labelFile.Finish();
            IdxFile images = IdxFile.Open(imagePath, 3);
            if (images.Shape[0] == labels.Length)
                return new Source(split, images, labels, labelPath, digest, options.Limits.GetValueOrDefault(split, long.MaxValue));
            images.Dispose();
            throw images.Refuse($"{labels.Length} images, as many as labels in {labelPath}", $"{images.Shape[0]}");
        }

        /// <exception cref="FileFormatException">
        /// A label isn't a class, or the images have another size than the first split's.
        /// </exception>
        public void CheckAgainst(Source first, IReadOnlyList<string> classes)
        {
            if (Shape != first.Shape)
            {
                throw Images.Refuse(
                    $"images of {first.Shape.Height} × {first.Shape.Width} as in {first.Images.Path}",
                    $"{Shape.Height} × {Shape.Width}");
            }

            int wrong = Labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)Math.Min(255, classes.Count - 1));
            if (wrong >= 0)
            {
                throw new FileFormatException(
                    _labelPath, 8 + wrong, $"labels from 0 to {classes.Count - 1}", $"{Labels[wrong]}",
                    "Name all classes: `--classes A,B,…`.");
            }
        }

        public void Dispose() => Images.Dispose();
    }
}
