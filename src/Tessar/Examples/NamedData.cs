namespace Tessar.Examples;

/// <summary>
/// A data set that has a name: it knows where it lies and how to get it. Found by <see cref="NamedDataAttribute"/>.
/// </summary>
internal abstract class NamedData
{
    /// <summary>Opens it.</summary>
    /// <param name="places">Where to look.</param>
    /// <param name="progress">Receives the progress of a conversion, when one is needed.</param>
    /// <param name="cancellation">Ends a conversion.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="TessarException">It isn't there; the message says where it was looked for and how to get it.</exception>
    public abstract ExampleStore Open(
        CatalogPlaces places, IProgress<ImportProgress>? progress, CancellationToken cancellation);

    /// <summary>Where the store of a set may lie in a folder of sets.</summary>
    protected static IEnumerable<string> Candidates(string folder, string name) =>
        [Path.Combine(folder, $"{name}.tess"), Path.Combine(folder, name, $"{name}.tess")];

    /// <summary>What the environment says of the folder of data sets, for errors.</summary>
    protected static string Describe(CatalogPlaces places) =>
        places.DataFolder is { } folder ? $"{CatalogPlaces.Variable} is {folder}" : $"{CatalogPlaces.Variable} isn't set";
}
