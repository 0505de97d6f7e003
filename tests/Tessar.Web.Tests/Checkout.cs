namespace Tessar.Web.Tests;

/// <summary>The checkout the tests were built from.</summary>
internal static class Checkout
{
    // Reproducible builds put this in place of the checkout's folder in the paths the compiler writes.
    private const string MappedRoot = "/_/";

    /// <summary>A file or folder of the checkout.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root(), .. parts]);

    /// <summary>The real path of a source file whose path came from the compiler.</summary>
    public static string SourcePath(string path) =>
        path.StartsWith(MappedRoot, StringComparison.Ordinal) ? PathOf(path[MappedRoot.Length..]) : path;

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tessar.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No Tessar.slnx above {AppContext.BaseDirectory}.");
    }
}
