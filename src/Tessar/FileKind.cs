using System.Runtime.InteropServices;

namespace Tessar;

/// <summary>Tells files that hold bytes from those that only look like files.</summary>
/// <remarks>
/// A named pipe answers an open with endless waiting, a device perhaps with endless bytes, and .NET reports both as ordinary
/// files. Linux is asked by statx, whose layout is the same on every processor: the type is in the upper four bits of the u16 at
/// byte 28. Other systems know no such files in ordinary folders, and aren't asked.
/// </remarks>
internal static partial class FileKind
{
    private const int CurrentFolder = -100, TypeOnly = 1, StatusBytes = 256, ModeAt = 28, TypeMask = 0xF000;

    /// <summary>
    /// What a path is when it can't be read from front to end as a file, such as "a named pipe"; null when it can, or isn't
    /// there.
    /// </summary>
    public static string? Objection(string path) => Directory.Exists(path) ? "a folder" : TypeOf(path) switch
    {
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0xC000 => "a socket",
        _ => null,
    };

    private static int TypeOf(string path)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            return Statx(CurrentFolder, path, 0, TypeOnly, ref MemoryMarshal.GetReference(status)) == 0
                ? MemoryMarshal.Read<ushort>(status[ModeAt..]) & TypeMask
                : 0;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018; opening says what is wrong then.
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}
