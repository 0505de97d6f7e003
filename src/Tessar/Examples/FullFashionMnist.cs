using System.Security.Cryptography;
using System.Text;
using Tessar.Examples.Importers.Formats;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples;

/// <summary>All of Fashion-MNIST: a store of it, or the four published IDX files, which are converted once.</summary>
[NamedData(FullFashionMnist.Name)]
internal sealed class FullFashionMnist : NamedData
{
    public const string Name = "fashion-mnist";

    /// <summary>Part of the cache's key; to be raised when the same files give another store.</summary>
    private const string Conversion = "idx-1";

    /// <inheritdoc/>
    public override ExampleStore Open(
        CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        if (places.DataFolder is { } folder && Candidates(folder, Name).FirstOrDefault(File.Exists) is { } store)
            return ExampleStore.Open(store);
        string[] own = places.DataFolder is { } data ? [data, Path.Combine(data, Name)] : [];
        string[] folders = [.. own, places.SystemFolder];
        string? source = folders.FirstOrDefault(place => Directory.Exists(place) && IdxFormat.FindPairs(place).Count == 2);
        return source is not null ? OpenConverted(source, places, progress, cancellation) : throw new TessarException(
            $"`{Name}` isn't on this machine: no {Name}.tess and no IDX files (train-images-idx3-ubyte.gz and its three "
                + $"companions) in "
            + $"{string.Join(", ", folders)} ({Describe(places)}). "
            + $"Install them with `apt install dataset-fashion-mnist`, or set {CatalogPlaces.Variable} to the folder that "
            + $"holds them.",
            ErrorKind.InputData);
    }

    /// <summary>Two processes may convert at once: both write the same bytes, and each file appears whole.</summary>
    private static ExampleStore OpenConverted(
        string source, CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        string path = Path.Combine(places.CacheFolder, $"{Name}-{Key(source)}.tess");
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
}
