namespace Tessar.Examples;

/// <summary>The first 10,000 training and 2,000 test pictures of Fashion-MNIST, which come with a checkout.</summary>
[NamedData(ShippedFashionMnist.Name)]
internal sealed class ShippedFashionMnist : NamedData
{
    public const string Name = "fashion-mnist-mini";

    /// <inheritdoc/>
    public override ExampleStore Open(
        CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        IEnumerable<string> own = places.DataFolder is { } folder ? [folder] : [];
        string? found = own.Concat(places.DataFolders()).SelectMany(data => Candidates(data, Name)).FirstOrDefault(File.Exists);
        return found is not null ? ExampleStore.Open(found) : throw new TessarException(
            $"`{Name}` wasn't found: no data/{Name}/{Name}.tess at or above {string.Join(" or ", places.StartFolders)}, "
            + $"and {Describe(places)}. "
            + $"Run inside a checkout of Tessar, or set {CatalogPlaces.Variable} to the folder that holds {Name}.tess.",
            ErrorKind.InputData);
    }
}
