using Tessar.Named;

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
    private static readonly Choices<NamedData, NamedDataAttribute> _known =
        new("data set or file", typeof(DataCatalog).Assembly)
        {
            Advice = "Check the path, or make a store from your own data.",
            Remedies = [new(RemedyKind.ImportExamples)],
        };

    /// <summary>The names of the data sets it knows, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _known.Names];

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
        return _known.Has(nameOrPath) ? _known.Create(nameOrPath).Open(places, progress, cancellation)
            : File.Exists(nameOrPath) ? ExampleStore.Open(nameOrPath)
            : throw _known.Unknown(nameOrPath, ErrorKind.InputData);
    }
}
