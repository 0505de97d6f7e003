namespace Tessar.Tests.Cli.Commands.Development;

/// <summary>Parts of this checkout in a temporary folder, for commands that write in one.</summary>
internal sealed class CheckoutCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="parts">Files and folders to copy, by their paths inside the checkout; Tessar.slnx always is.</param>
    public CheckoutCopy(params string[] parts)
    {
        foreach (string part in parts.Prepend("Tessar.slnx"))
            Copy(part);
    }

    /// <summary>What `tessar dev new-method` needs.</summary>
    public static CheckoutCopy ForNewMethods() =>
        new("build/new-method", "src/Tessar.Lenses/PublicAPI.Unshipped.txt", "docs/data/README.md", "CHANGELOG.md");

    public string Root => _folder.Path;

    public string PathOf(string file) => Path.Combine([Root, .. file.Split('/')]);

    public string Read(string file) => File.ReadAllText(PathOf(file));

    public void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), text);
    }

    /// <summary>All files with their contents.</summary>
    public SortedDictionary<string, string> All() => new(
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(Root, file), File.ReadAllText, StringComparer.Ordinal),
        StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    private void Copy(string part)
    {
        string from = Path.Combine(Repository.Root, part);
        IEnumerable<string> files = Directory.Exists(from)
            ? Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            : [from];
        foreach (string file in files.Where(file => !file.Contains(".received.", StringComparison.Ordinal)))
        {
            string to = Path.Combine(Root, Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }
}
