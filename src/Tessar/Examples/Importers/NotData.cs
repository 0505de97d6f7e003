namespace Tessar.Examples.Importers;

/// <summary>
/// Files and folders that lie about in data sets and plainly hold no examples; an import passes over them without a word.
/// </summary>
internal static class NotData
{
    private static readonly string[] _files =
        [".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".gitattributes", ".gitignore", ".gitkeep", ".nomedia",
         ".directory", ".localized"];

    private static readonly string[] _folders =
        [".git", ".svn", ".hg", ".ipynb_checkpoints", "__macosx", "__pycache__", "@eadir", "$recycle.bin",
         "system volume information",
            ".trash", ".trashes", ".spotlight-v100", ".fseventsd", ".cache", ".idea", ".vscode", "lost+found"];

    private static readonly string[] _texts = [
        "readme", "license", "licence", "copying", "notice", "changelog", "citation", "authors", "contributing"
    ];
    private static readonly string[] _textEndings = [
        string.Empty, ".txt", ".md", ".rst", ".html", ".htm", ".cff", ".bib", ".pdf"
    ];
    private static readonly string[] _endings = [".md5", ".sha1", ".sha256", ".sha512", ".tess"];
    private static readonly string[] _checksumLists = ["md5sums", "sha1sums", "sha256sums", "sha512sums", "checksums"];

    /// <summary>
    /// True for the leavings of operating systems and version control, texts about the data set, lists of checksums, and stores
    /// of earlier imports.
    /// </summary>
    /// <param name="name">The file's name without its folder.</param>
    public static bool IsFile(string name)
    {
        string file = name.ToLowerInvariant(), ending = Path.GetExtension(file), stem = Path.GetFileNameWithoutExtension(file);

        // Beside a file, the other files of some systems keep what macOS knows about it under its name behind these two signs.
        return _files.Contains(file) || file.StartsWith("._", StringComparison.Ordinal) || _endings.Contains(ending)
            || ((_texts.Contains(stem) || _checksumLists.Contains(stem)) && _textEndings.Contains(ending));
    }

    /// <summary>True for folders of operating systems, version control and tools.</summary>
    /// <param name="name">The folder's name.</param>
    public static bool IsFolder(string name) => _folders.Contains(name.ToLowerInvariant());
}
