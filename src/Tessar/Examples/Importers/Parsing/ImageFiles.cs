using Tessar.Examples.Images;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Finds the pictures of a folder, and counts what isn't one.</summary>
/// <remarks>
/// A file is a picture by its ending, or, with any other ending or none, by its first bytes. Links to folders aren't followed,
/// and links to files only within the root.
/// </remarks>
internal static class ImageFiles
{
    private const int MarkBytes = 32, MostOpened = 1000;

    /// <summary>
    /// Endings of pictures that nobody here decodes; folders of them are recognised, so that the error can name them.
    /// </summary>
    private static readonly string[] _foreign =
    [
        ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".tga", ".ppm", ".pgm", ".pbm", ".pnm", ".svg",
        ".psd",
        ".dng", ".cr2", ".nef", ".arw", ".exr", ".hdr", ".pcx", ".wbmp", ".dcm",
    ];

    /// <summary>Endings of the files that count as pictures.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".png", ".apng", ".gif", ".bmp", ".dib", ".webp", ".ico"];

    /// <summary>Names of a folder's sub-folders that can be classes, in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="leftOut">Receives the other sub-folders and the files beside them; null to count nothing.</param>
    public static IEnumerable<string> FoldersIn(string folder, LeftOut? leftOut)
    {
        var directory = new DirectoryInfo(folder);
        if (leftOut is not null)
            CountBeside(folder, leftOut);
        return directory.EnumerateDirectories().Where(IsOwn).Select(child => child.Name).Order(StringComparer.Ordinal);
    }

    /// <summary>Counts what stands beside a folder's sub-folders: files, links, and folders that no class can be.</summary>
    public static void CountBeside(string folder, LeftOut leftOut)
    {
        var directory = new DirectoryInfo(folder);
        foreach (FileInfo file in directory.EnumerateFiles())
            leftOut.AddFile(file.Name);
        foreach (DirectoryInfo child in directory.EnumerateDirectories().Where(child => !IsOwn(child)))
            leftOut.AddFolder(child.FullName, folder);
    }

    /// <summary>Full paths of the pictures in and below a folder, in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="root">The folder that links may lead into.</param>
    /// <param name="leftOut">Receives what isn't a picture; null to count nothing.</param>
    public static IEnumerable<string> Below(string folder, string root, LeftOut? leftOut)
    {
        var found = new List<string>();
        root = Path.GetFullPath(root);
        Gather(
            new DirectoryInfo(folder), root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar,
            found, leftOut);
        return found.Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// True when a folder or one below it holds pictures, those of foreign kinds too; only the first files without such an ending
    /// are opened, for the folder may be anything.
    /// </summary>
    public static bool HoldsImages(string folder)
    {
        int left = MostOpened;
        return HoldsImages(new DirectoryInfo(folder), ref left);
    }

    private static bool HoldsImages(DirectoryInfo folder, ref int left)
    {
        foreach (FileInfo file in folder.EnumerateFiles().Where(file => file.Name[0] != '.'))
        {
            if (HasEnding(file, _foreign) || HasEnding(file, Extensions) || (left-- > 0 && IsImage(file)))
                return true;
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories().Where(IsOwn))
        {
            if (HoldsImages(child, ref left))
                return true;
        }

        return false;
    }

    private static void Gather(DirectoryInfo folder, string root, List<string> found, LeftOut? leftOut)
    {
        foreach (FileInfo file in folder.EnumerateFiles())
        {
            bool isLinkOut = file.LinkTarget is not null && !IsInside(file, root);
            if (isLinkOut && !NotData.IsFile(file.Name))
                leftOut?.Add(LeftOut.Link, Path.GetRelativePath(root, file.FullName));
            else if (!isLinkOut && file.Name[0] != '.' && IsImage(file))
                found.Add(file.FullName);
            else
                leftOut?.AddFile(Path.GetRelativePath(root, file.FullName));
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories())
        {
            if (IsOwn(child))
                Gather(child, root, found, leftOut);
            else
                leftOut?.AddFolder(child.FullName, root);
        }
    }

    private static bool IsImage(FileInfo file)
    {
        if (HasEnding(file, Extensions))
            return true;
        if (NotData.IsFile(file.Name) || HasEnding(file, _foreign) || FileKind.Objection(file.FullName) is not null)
            return false;
        using FileStream stream = SourceFile.Open(file.FullName);
        Span<byte> start = stackalloc byte[MarkBytes];
        return ImageHeader.IsMark(start[..stream.ReadAtLeast(start, MarkBytes, throwOnEndOfStream: false)]);
    }

    private static bool HasEnding(FileInfo file, IReadOnlyList<string> endings) =>
        endings.Any(ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsOwn(DirectoryInfo folder) =>
        folder.LinkTarget is null && folder.Name[0] != '.' && !NotData.IsFolder(folder.Name);

    private static bool IsInside(FileInfo link, string root) =>
        link.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target
            && target.FullName.StartsWith(root, StringComparison.Ordinal);
}
