using System.Runtime.InteropServices;

namespace Tessar.Native;

/// <summary>Settings of the C runtime under libtorch that decide more about speed than most kernels.</summary>
/// <remarks>
/// <para>
/// Freed memory stays in the process. By default glibc maps large blocks anew for each tensor and returns the top of the heap as
/// soon as it is free, so every batch pays for its pages again: measured 340 to 4,000 µs per example for a training step that
/// takes 190 µs otherwise. Resident memory then stays near its peak. Only glibc has these settings.
/// </para>
/// <para>
/// Idle threads of libtorch's pool go to sleep soon. By default they spin for milliseconds after each kernel, which takes a core
/// from the managed kernels that run between native ones: measured 42 against 22 µs per example for one of them.
/// </para>
/// <c>TESSAR_TUNING=off</c> leaves everything alone, and a <c>GOMP_SPINCOUNT</c> that is set is respected.
/// </remarks>
internal static partial class NativeTuning
{
    // From malloc.h. The mmap threshold can't be larger than 32 MiB on 64-bit systems.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int LargestMmapThreshold = 32 << 20;
    private const int KeptBytes = 1 << 30;
    private const string SpinCount = "5000";

    /// <summary>Applies the settings; has to come before libtorch is loaded, and is harmless where there is no glibc.</summary>
    public static void Apply()
    {
        if (Environment.GetEnvironmentVariable("TESSAR_TUNING") == "off" || !NativeLibrary.TryLoad("libc.so.6", out nint libc))
            return;
        if (!NativeLibrary.TryGetExport(libc, "mallopt", out _))
            return;
        // .NET keeps an environment of its own; libtorch's pool reads the C runtime's.
        _ = SetVariable("GOMP_SPINCOUNT", SpinCount, overwrite: 0);
        _ = SetOption(MmapThreshold, LargestMmapThreshold);
        _ = SetOption(TrimThreshold, KeptBytes);
    }

    /// <summary>
    /// Gives freed memory back to the system; loops over graphs that are differentiated twice fragment the heap. Harmless without
    /// glibc.
    /// </summary>
    public static void Trim()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out nint libc) && NativeLibrary.TryGetExport(libc, "malloc_trim", out _))
            _ = TrimHeap(0);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int TrimHeap(nuint kept);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
