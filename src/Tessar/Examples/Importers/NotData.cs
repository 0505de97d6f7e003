namespace Tessar.Examples.Importers;

/// <summary>Files and folders that lie about in data sets and plainly hold no examples; an import passes over them without a word.</summary>
internal static class NotData
{
    private static readonly string[] s_files =
        [".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".gitattributes", ".gitignore", ".gitkeep", ".nomedia", ".directory", ".localized"];

    private static readonly string[] s_folders =
        [".git", ".svn", ".hg", ".ipynb_checkpoints", "__macosx", "__pycache__", "@eadir", "$recycle.bin", "system volume information",
            ".trash", ".trashes", ".spotlight-v100", ".fseventsd", ".cache", ".idea", ".vscode", "lost+found"];

    private static readonly string[] s_texts = ["readme", "license", "licence", "copying", "notice", "changelog", "citation", "authors", "contributing"];
    private static readonly string[] s_textEndings = [string.Empty, ".txt", ".md", ".rst", ".html", ".htm", ".cff", ".bib", ".pdf"];
    private static readonly string[] s_endings = [".md5", ".sha1", ".sha256", ".sha512", ".tess"];
    private static readonly string[] s_checksumLists = ["md5sums", "sha1sums", "sha256sums", "sha512sums", "checksums"];

    /// <summary>True for the leavings of operating systems and version control, texts about the data set, lists of checksums, and stores of earlier imports.</summary>
    /// <param name="name">The file's name without its folder.</param>
    public static bool IsFile(string name)
    {
        string file = name.ToLowerInvariant(), ending = Path.GetExtension(file), stem = Path.GetFileNameWithoutExtension(file);

        // Beside a file, the other files of some systems keep what macOS knows about it under its name behind these two signs.
        return s_files.Contains(file) || file.StartsWith("._", StringComparison.Ordinal) || s_endings.Contains(ending)
            || ((s_texts.Contains(stem) || s_checksumLists.Contains(stem)) && s_textEndings.Contains(ending));
    }

    /// <summary>True for folders of operating systems, version control and tools.</summary>
    /// <param name="name">The folder's name.</param>
    public static bool IsFolder(string name) => s_folders.Contains(name.ToLowerInvariant());
}
