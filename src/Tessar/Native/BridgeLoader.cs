using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;

namespace Tessar.Native;

/// <summary>
/// Loads TorchSharp's native bridge on Linux systems whose C++ runtime is one version older than the bridge asks for.
/// </summary>
/// <remarks>
/// LibTorchSharp 0.107 declares a need for GLIBCXX_3.4.32; Debian 12 and Ubuntu 22.04 offer 3.4.30. Only the symbol
/// <c>_ZSt21ios_base_library_initv</c> carries that version and nothing relocates against it, so the need is formal:
/// a private copy in which it is marked weak loads and computes. Systems that load the bridge by themselves never come here.
/// The class is public because every executable runs its assembly's module initializer first (build/InitializeTessar.cs).
/// </remarks>
public static class BridgeLoader
{
    private const string Bridge = "LibTorchSharp";
    private const string FormalVersion = "GLIBCXX_3.4.32";
    private const string RealVersion = "GLIBCXX_3.4.30";

    private static readonly Lock _gate = new();
    private static nint _bridgeHandle;

#pragma warning disable CA2255 // has to run before the first torch call of the process
    [ModuleInitializer]
    internal static void Subscribe()
    {
        if (!OperatingSystem.IsLinux())
            return;
        NativeTuning.Apply();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }
#pragma warning restore CA2255

    // Raised only after ordinary loading failed. Zero means "not mine"; it is also asked for torch_cuda.
    private static nint Resolve(Assembly assembly, string name)
    {
        if (!string.Equals(Path.GetFileNameWithoutExtension(name), Bridge, StringComparison.Ordinal))
            return 0;
        lock (_gate)
        {
            if (_bridgeHandle == 0)
                _bridgeHandle = Load();
            return _bridgeHandle;
        }
    }

    private static nint Load()
    {
        string original = Find("lib" + Bridge + ".so") ?? throw new NativeLoadException(
            $"lib{Bridge}.so lies neither beside the program ({AppContext.BaseDirectory}) nor in its native search folders. "
            + "Reference the package libtorch-cpu-linux-x64 and build again.");
        byte[] image = File.ReadAllBytes(original);
        PatchOutcome outcome = ElfVersionNeeds.MarkWeak(image, FormalVersion);
        if (outcome != PatchOutcome.Patched)
        {
            throw new NativeLoadException(
                $"{original} doesn't load on this system and can't be adapted ({outcome}). {RuntimeReport()} "
                + "Check that TorchSharp 0.107.0 and libtorch-cpu-linux-x64 2.10.0 are the versions referenced.");
        }

        string torch = Path.Combine(Path.GetDirectoryName(original)!, "libtorch.so");
        try
        {
            // The copy can't find its neighbours by $ORIGIN any more; libraries already loaded satisfy its needs by name.
            NativeLibrary.Load(torch);
            return NativeLibrary.Load(WritePrivateCopy(image, Path.GetDirectoryName(original)!));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new NativeLoadException(
                $"{original} doesn't load: {e.Message.ReplaceLineEndings(" ")} {RuntimeReport()} "
                + "Use a system with GCC 12's C++ runtime or newer (Debian 12, Ubuntu 22.04, Fedora 36).", e);
        }
    }

    private static string? Find(string file)
    {
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        return searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }

    // The name is the hash of the content, so a file that is there already is the right one, whoever wrote it.
    private static string WritePrivateCopy(byte[] image, string besideOriginal)
    {
        string name = $"libTorchSharpBridge-{Convert.ToHexStringLower(SHA256.HashData(image))[..32]}.so";
        string cache = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        string[] folders =
        [
            .. cache.Length > 0 ? [Path.Combine(cache, "tessar", "native")] : Array.Empty<string>(),
            Path.Combine(Path.GetTempPath(), $"tessar-{Environment.UserName}"),
            besideOriginal,
        ];
        List<string> refusals = [];
        foreach (string folder in folders)
        {
            string target = Path.Combine(folder, name);
            try
            {
                if (!IsSame(target, image))
                    WriteAndRename(target, image);
                // A folder mounted noexec accepts the file and refuses to load it: try before settling on it.
                NativeLibrary.Load(target);
                return target;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                refusals.Add($"{folder}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }

        throw new NativeLoadException(
            $"No folder takes the adapted copy of {Bridge}. {string.Join(" ", refusals)} {RuntimeReport()} "
            + "Make one of these folders writable and executable.");
    }

    private static bool IsSame(string path, byte[] image) =>
        File.Exists(path) && new FileInfo(path).Length == image.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(image);

    private static void WriteAndRename(string target, byte[] image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string temporary = $"{target}.tmp-{Environment.ProcessId}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(image);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static string RuntimeReport()
    {
        string? newest = NewestRuntimeVersion();
        string offered = newest is null
            ? "This system's libstdc++ wasn't found"
            : $"This system's libstdc++ offers up to {newest}";
        return $"{offered}; {FormalVersion} is asked for and {RealVersion} is really used, so anything older can't work.";
    }

    private static string? NewestRuntimeVersion()
    {
        string[] candidates =
        [
            "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib64/libstdc++.so.6", "/lib/x86_64-linux-gnu/libstdc++.so.6",
        ];
        string? path = Array.Find(candidates, File.Exists);
        if (path is null)
            return null;
        const string prefix = "GLIBCXX_";
        return Encoding.Latin1.GetString(File.ReadAllBytes(path))
            .Split('\0')
            .Where(word => word.StartsWith(prefix, StringComparison.Ordinal))
            .Select(word => Version.TryParse(word[prefix.Length..], out Version? version) ? version : null)
            .Max() is { } newest ? prefix + newest : null;
    }
}
