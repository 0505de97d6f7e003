using System.Globalization;

namespace Tessar.Examples.Importers;

/// <summary>Counts what an import passes over, so that nothing goes missing without a word.</summary>
/// <remarks>
/// Files count by their ending in lower case (<c>.tif</c>), everything else by what it is: <c>link</c>, <c>empty class
/// folder</c>.
/// </remarks>
internal sealed class LeftOut
{
    /// <summary>What files without an ending count as.</summary>
    public const string NoEnding = "no ending";

    /// <summary>What files count as whose name begins with a dot.</summary>
    public const string Hidden = "hidden";

    /// <summary>What links count as that aren't followed.</summary>
    public const string Link = "link";

    /// <summary>What members of archives count as that are neither files, folders nor links.</summary>
    public const string Special = "device or other member";

    /// <summary>What sub-folders count as that hold no pictures.</summary>
    public const string EmptyClass = "empty class folder";

    /// <summary>Names that are kept.</summary>
    private const int MostNames = 1000, NamesShown = 5;

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>All that was passed over.</summary>
    public long Count { get; private set; }

    /// <summary>How many of each kind.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>The first names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Counts a file by its ending, unless it plainly holds no data (<see cref="NotData"/>).</summary>
    public void AddFile(string name)
    {
        string file = Path.GetFileName(name), ending = Path.GetExtension(file).ToLowerInvariant();
        if (NotData.IsFile(file))
            return;
        Add(file.StartsWith('.') ? Hidden : ending.Length > 1 ? ending : NoEnding, name);
    }

    /// <summary>Counts all files in and below a folder.</summary>
    public void AddFolder(string folder, string root)
    {
        var directory = new DirectoryInfo(folder);
        if (NotData.IsFolder(directory.Name))
            return;
        if (directory.LinkTarget is not null)
        {
            Add(Link, Path.GetRelativePath(root, folder));
            return;
        }

        foreach (FileInfo file in directory.EnumerateFiles())
            AddFile(Path.GetRelativePath(root, file.FullName));
        foreach (DirectoryInfo child in directory.EnumerateDirectories())
            AddFolder(child.FullName, root);
    }

    /// <summary>Counts something of a kind.</summary>
    public void Add(string kind, string name)
    {
        Count++;
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        if (_names.Count < MostNames)
            _names.Add(name.Replace('\\', '/'));
    }

    /// <summary>The error that says what would be missing.</summary>
    public TessarException Refuse(string source)
    {
        string counts = string.Join(
            ", ", _counts.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {entry.Key}")));
        string names = string.Join(", ", _names.Take(NamesShown)), more = Count > NamesShown
            ? string.Create(CultureInfo.InvariantCulture, $" and {Count - NamesShown} more")
            : string.Empty;
        return new TessarException(
            $"`{source}` holds what can't be imported: {counts} ({names}{more}). Convert or remove it, or leave it out.",
            ErrorKind.InputData)
        { Remedies = [new(RemedyKind.ChangeArgument, "skip-unknown")] };
    }
}
