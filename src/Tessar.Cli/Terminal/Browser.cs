using System.ComponentModel;
using System.Diagnostics;

namespace Tessar.Cli.Terminal;

/// <summary>The user's web browser.</summary>
internal static class Browser
{
    /// <summary>Asks the desktop to show a page. Returns why it couldn't, or null.</summary>
    public static string? Open(Uri page)
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("DISPLAY") is null or ""
            && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null or "")
            return "there is no desktop here";
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new(page.ToString()) { UseShellExecute = true }
            : new(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [page.ToString()])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            };
        try
        {
            using Process? started = Process.Start(start);
            return null;
        }
        catch (Win32Exception error)
        {
            return error.Message;
        }
    }
}
