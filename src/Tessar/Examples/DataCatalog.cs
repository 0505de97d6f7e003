using System.Security.Cryptography;
using System.Text;
using Tessar.Examples.Importers.Formats;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples;

/// <summary>Opens a data set by name or path, as <c>--data</c> takes it.</summary>
/// <remarks>
/// <c>fashion-mnist-mini</c> is the set shipped under <c>data/</c>, looked for in the folder named by TESSAR_DATA and in the
/// folders <c>data</c> beside the program, the current folder and their parents. <c>fashion-mnist</c> is the full set: a
/// <c>fashion-mnist.tess</c> or the four published IDX files in TESSAR_DATA, or those that Debian's package
/// <c>dataset-fashion-mnist</c> installs. IDX files are converted once, into the user's cache, under a name made from their
/// digest.
/// </remarks>
/// <example><code>
/// using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
/// Console.WriteLine(store.Split("train").Count);       // prints 10000
/// </code></example>
public static class DataCatalog
{
    private const string Mini = "fashion-mnist-mini";
    private const string Full = "fashion-mnist";

    /// <summary>Part of the cache's key; to be raised when the same files give another store.</summary>
    private const string Conversion = "idx-1";

    /// <summary>The names of the data sets it knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [Mini, Full];

    /// <summary>Opens a data set.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, or the path of a <c>.tess</c> file.</param>
    /// <param name="progress">Receives the progress of a conversion, when one is needed.</param>
    /// <param name="cancellation">Ends a conversion.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="FileFormatException">A file is damaged.</exception>
    /// <exception cref="TessarException">
    /// There is no such data set; the message says where it was looked for and how to get it.
    /// </exception>
    /// <exception cref="OperationCanceledException">A conversion was cancelled.</exception>
    public static ExampleStore Open(
        string nameOrPath, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default) =>
        Open(nameOrPath, CatalogPlaces.OfThisProcess(), progress, cancellation);

    internal static ExampleStore Open(
        string nameOrPath, CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        return nameOrPath switch
        {
            Mini => OpenMini(places),
            Full => OpenFull(places, progress, cancellation),
            _ when File.Exists(nameOrPath) => ExampleStore.Open(nameOrPath),
            _ => throw new TessarException(
                $"`{nameOrPath}` is neither a file nor a known data set "
                    + $"({string.Join(", ", Names)}).{NearestName.Hint(nameOrPath, Names)} "
                + "Make a store from your own data.",
                ErrorKind.InputData)
            { Remedies = [new(RemedyKind.ImportExamples)] },
        };
    }

    private static ExampleStore OpenMini(CatalogPlaces places)
    {
        IEnumerable<string> own = places.DataFolder is { } folder ? [folder] : [];
        string? found = own.Concat(places.DataFolders()).SelectMany(data => Candidates(data, Mini)).FirstOrDefault(File.Exists);
        return found is not null ? ExampleStore.Open(found) : throw new TessarException(
            $"`{Mini}` wasn't found: no data/{Mini}/{Mini}.tess at or above {string.Join(" or ", places.StartFolders)}, "
            + $"and {Describe(places)}. "
            + $"Run inside a checkout of Tessar, or set {CatalogPlaces.Variable} to the folder that holds {Mini}.tess.",
            ErrorKind.InputData);
    }

    private static ExampleStore OpenFull(
        CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        if (places.DataFolder is { } folder && Candidates(folder, Full).FirstOrDefault(File.Exists) is { } store)
            return ExampleStore.Open(store);
        string[] own = places.DataFolder is { } data ? [data, Path.Combine(data, Full)] : [];
        string[] folders = [.. own, places.SystemFolder];
        string? source = folders.FirstOrDefault(place => Directory.Exists(place) && IdxFormat.FindPairs(place).Count == 2);
        return source is not null ? OpenConverted(source, places, progress, cancellation) : throw new TessarException(
            $"`{Full}` isn't on this machine: no {Full}.tess and no IDX files (train-images-idx3-ubyte.gz and its three "
                + $"companions) in "
            + $"{string.Join(", ", folders)} ({Describe(places)}). "
            + $"Install them with `apt install dataset-fashion-mnist`, or set {CatalogPlaces.Variable} to the folder that holds them.",
            ErrorKind.InputData);
    }

    /// <summary>Two processes may convert at once: both write the same bytes, and each file appears whole.</summary>
    private static ExampleStore OpenConverted(
        string source, CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        string path = Path.Combine(places.CacheFolder, $"{Full}-{Key(source)}.tess");
        if (File.Exists(path) && TryOpen(path) is { } cached)
            return cached;
        CheckIsFashionMnist(source, places);
        IdxImporter.Import(source, path, new IdxImportOptions { Classes = FashionMnist.Classes }, progress, cancellation);
        return ExampleStore.Open(path);
    }

    /// <summary>Opens a cached store; a damaged one counts as absent, since it can be made again.</summary>
    private static ExampleStore? TryOpen(string path)
    {
        try
        {
            return ExampleStore.Open(path);
        }
        catch (FileFormatException)
        {
            return null;
        }
    }

    /// <summary>Other data sets use the same file names; the labels tell them apart.</summary>
    private static void CheckIsFashionMnist(string source, CatalogPlaces places)
    {
        foreach ((_, _, string labels) in IdxFormat.FindPairs(source))
        {
            using IdxFile file = IdxFile.Open(labels, 1);
            file.Read(new byte[file.Shape[0]]);
            StoreSource content = file.Finish();
            if (!places.IsFashionMnist(content))
            {
                throw new FileFormatException(
                    labels, null, "the labels of Fashion-MNIST", $"other labels (SHA-256 {content.Sha256})",
                    "Import another data set under its own name.")
                { Remedies = [new(RemedyKind.ImportExamples, source)] };
            }
        }
    }

    /// <summary>The first 64 bits of a digest over names and contents of the source files as they lie on the disk.</summary>
    private static string Key(string source)
    {
        var text = new StringBuilder(Conversion);
        foreach ((_, string images, string labels) in IdxFormat.FindPairs(source))
        {
            foreach (string file in (string[])[images, labels])
            {
                using FileStream stream = File.OpenRead(file);
                text.Append('\n').Append(Path.GetFileName(file)).Append(' ')
                    .Append(Convert.ToHexStringLower(SHA256.HashData(stream)));
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static IEnumerable<string> Candidates(string folder, string name) =>
        [Path.Combine(folder, $"{name}.tess"), Path.Combine(folder, name, $"{name}.tess")];

    private static string Describe(CatalogPlaces places) =>
        places.DataFolder is { } folder ? $"{CatalogPlaces.Variable} is {folder}" : $"{CatalogPlaces.Variable} isn't set";
}
