namespace Tessar.Tests;

/// <summary>The checkout the tests were built from.</summary>
internal static class Repository
{
    // Reproducible builds put this in place of the checkout's folder in every path the compiler writes.
    private const string MappedRoot = "/_/";

    /// <summary>The folder that holds Tessar.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>The real path of a source file whose path came from the compiler.</summary>
    public static string SourcePath(string path) =>
        path.StartsWith(MappedRoot, StringComparison.Ordinal) ? Path.Combine(Root, path[MappedRoot.Length..]) : path;

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tessar.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException(
            $"No Tessar.slnx above {AppContext.BaseDirectory}: the tests run from the checkout's artifacts folder.");
    }
}
