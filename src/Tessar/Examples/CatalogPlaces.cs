namespace Tessar.Examples;

/// <summary>Where <see cref="DataCatalog"/> looks for data sets.</summary>
/// <param name="DataFolder">The folder named by the environment variable TESSAR_DATA, or null.</param>
/// <param name="StartFolders">The program's folder and the current one; their parents are searched for <c>data</c> too.</param>
/// <param name="SystemFolder">Where Debian's package dataset-fashion-mnist puts its files.</param>
/// <param name="CacheFolder">Where converted data sets are kept.</param>
internal sealed record CatalogPlaces(
    string? DataFolder, IReadOnlyList<string> StartFolders, string SystemFolder, string CacheFolder)
{
    /// <summary>Name of the environment variable that names a folder of data sets.</summary>
    public const string Variable = "TESSAR_DATA";

    /// <summary>Tells the label files of Fashion-MNIST from those of other data sets with the same file names.</summary>
    public Func<StoreSource, bool> IsFashionMnist { get; init; } = FashionMnist.IsLabelFile;

    /// <summary>The places of this process.</summary>
    public static CatalogPlaces OfThisProcess()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        return new CatalogPlaces(
            string.IsNullOrEmpty(folder) ? null : Path.GetFullPath(folder),
            [AppContext.BaseDirectory, Environment.CurrentDirectory],
            "/usr/share/datasets/fashion-mnist",
            Path.Combine(UserCache(), "tessar", "data"));
    }

    /// <summary>Every folder <c>data</c> of a start folder or one of its parents.</summary>
    public IEnumerable<string> DataFolders()
    {
        foreach (string start in StartFolders)
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                yield return Path.Combine(folder.FullName, "data");
        }
    }

    /// <summary>XDG_CACHE_HOME, or the platform's own: ~/.cache on Unix, the local application data on Windows.</summary>
    private static string UserCache()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache) && Path.IsPathFullyQualified(cache))
            return cache;
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0
            ? Path.Combine(home, ".cache")
            : Path.Combine(Path.GetTempPath(), $"tessar-{Environment.UserName}");
    }
}
