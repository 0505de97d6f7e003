using System.Runtime.InteropServices;

namespace Tessar;

/// <summary>Gives a file a second name, so that it outlives the replacement of the first.</summary>
internal static partial class HardLink
{
    /// <summary>Gives a file a second name in the same folder; copies it where the file system knows no second names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="other">The second name; if it exists already, nothing is done.</param>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void CreateOrCopy(string path, string other)
    {
        if (File.Exists(other) || (!OperatingSystem.IsWindows() && Link(path, other) == 0))
            return;
        AtomicFile.Write(other, target =>
        {
            using FileStream source = File.OpenRead(path);
            source.CopyTo(target);
        });
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string path, string other);
}
