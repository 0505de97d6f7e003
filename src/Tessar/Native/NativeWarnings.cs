using System.Runtime.InteropServices;

namespace Tessar.Native;

/// <summary>
/// What libtorch writes to the process's standard error by itself: warnings that no exception and no return value carries.
/// </summary>
/// <remarks>
/// libtorch logs a warning unless its exported number <c>FLAGS_caffe2_log_level</c> is above the severity of warnings. It is read
/// at each warning and isn't changed by anything else. Where the library or the number isn't found, warnings stay as they are.
/// </remarks>
internal static unsafe class NativeWarnings
{
    private const int Errors = 2; // INFO 0, WARNING 1, ERROR 2, FATAL 3 (c10/util/Logging.h)

    private static readonly Lock _lock = new();
    private static bool _isSilent;
    private static int* _level;

    /// <summary>Drops all warnings of libtorch from now on, also when it is loaded later.</summary>
    public static void Silence()
    {
        _isSilent = true;
        Apply();
    }

    /// <summary>To be called once libtorch is loaded.</summary>
    public static void Apply()
    {
        if (_isSilent && Level() is var level && level is not null)
            *level = Errors;
    }

    /// <summary>Runs a call whose warnings are known and harmless; other threads' warnings of that moment are lost too.</summary>
    public static void Without(Action call)
    {
        int* level = Level();
        if (level is null)
        {
            call();
            return;
        }

        lock (_lock)
        {
            int before = *level;
            *level = Errors;
            try
            {
                call();
            }
            finally
            {
                *level = _isSilent ? Errors : before;
            }
        }
    }

    /// <summary>The severity from which libtorch logs; null where it can't be known.</summary>
    internal static int? Severity => Level() is var level && level is not null ? *level : null;

    // Never loads the library: by its bare name only one that is loaded already is found, for its folder isn't searched.
    private static int* Level()
    {
        if (_level is null && !OperatingSystem.IsWindows()
            && NativeLibrary.TryLoad(OperatingSystem.IsMacOS() ? "libc10.dylib" : "libc10.so", out nint library)
            && NativeLibrary.TryGetExport(library, "FLAGS_caffe2_log_level", out nint address))
            _level = (int*)address;
        return _level;
    }
}
