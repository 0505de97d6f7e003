using System.Runtime.InteropServices;

namespace Tessar.Native;

/// <summary>
/// Tells the operating system how mapped memory will be read, so that it reads ahead or doesn't. Linux only; elsewhere nothing.
/// </summary>
internal static partial class PageAdvice
{
    private const long PageSize = 4096;

    /// <summary>Gives advice about a range.</summary>
    /// <param name="start">Its first byte; mapped.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="pattern">How it will be read.</param>
    /// <returns>False when the system didn't take it; nothing but speed depends on that.</returns>
    public static unsafe bool Give(byte* start, long length, ReadPattern pattern)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        long before = (long)start % PageSize;
        return Advise((nint)(start - before), (nuint)(length + before), (int)pattern) == 0;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint length, int advice);
}

/// <summary>How memory will be read; the values are those of <c>madvise</c>.</summary>
internal enum ReadPattern
{
    /// <summary>As usual, with some reading ahead.</summary>
    Normal,

    /// <summary>Here and there: nothing is read ahead.</summary>
    Random,

    /// <summary>From front to back: much is read ahead, and what was read may go soon.</summary>
    Sequential,
}
