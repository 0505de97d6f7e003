using System.Diagnostics;
using System.Globalization;

namespace Tessar.Tests;

/// <summary>A folder on a disk with little room: a tmpfs of its own where this process may mount one.</summary>
internal sealed class FullDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _isMounted;

    private FullDisk(long bytes)
    {
        _isMounted = OperatingSystem.IsLinux()
            && Run(
                "mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes}"), "tmpfs",
                _folder.Path);
    }

    public string Path => _folder.Path;

    /// <summary>Mounts a disk of so many bytes; null where that isn't allowed, and <see cref="Fill"/> has to do.</summary>
    public static FullDisk? TryMount(long bytes)
    {
        var disk = new FullDisk(bytes);
        if (disk._isMounted)
            return disk;
        disk.Dispose();
        return null;
    }

    /// <summary>
    /// Fails as a write to a full disk does: by the device that is always full, or, without one, by its error code.
    /// </summary>
    public static void Fill()
    {
        if (!File.Exists("/dev/full"))
            throw new IOException("There is not enough space on the disk.", unchecked((int)0x80070070));
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        full.WriteByte(0);
    }

    public void Dispose()
    {
        if (_isMounted)
            Assert.True(Run("umount", _folder.Path), $"{_folder.Path} can't be unmounted.");
        _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true,
                UseShellExecute = false
            })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
