using System.Runtime.InteropServices;

namespace Tessar;

/// <summary>What a path leads to, whatever it is called: the same file has many names by links.</summary>
internal static unsafe partial class FileIdentity
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicFields = 0x7ff; // STATX_BASIC_STATS

    /// <summary>True when both paths lead to one existing file, through symbolic and hard links too.</summary>
    /// <remarks>Outside of Linux hard links aren't recognized: full paths behind the last symbolic link are compared.</remarks>
    public static bool IsSame(string path, string other)
    {
        if (!Path.Exists(path) || !Path.Exists(other))
            return false;
        return Look(path) is { } one && Look(other) is { } two
            ? one.Inode == two.Inode && one.DeviceMajor == two.DeviceMajor && one.DeviceMinor == two.DeviceMinor
            : string.Equals(Resolve(path), Resolve(other), StringComparison.OrdinalIgnoreCase);
    }

    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
    }

    // Null where the system call or the file isn't there.
    private static Status? Look(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            Status status;
            return Statx(CurrentFolder, Path.GetFullPath(path), 0, BasicFields, &status) == 0 ? status : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library from before 2018
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Status* status);

    // struct statx of linux/stat.h: the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
