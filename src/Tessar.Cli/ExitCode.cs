namespace Tessar.Cli;

/// <summary>What the process tells its caller; the numbers are documented in docs/cli.md and never change meaning.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A mistake in Tessar itself.</summary>
    public const int Internal = 1;

    /// <summary>A request that can't be carried out as it was put.</summary>
    public const int Usage = 2;

    /// <summary>A run, file, data set or model that can't be used.</summary>
    public const int InputData = 3;

    /// <summary>The machine lacks something: a native library, memory, disk space, a free port.</summary>
    public const int Environment = 4;

    /// <summary>The work was done, but what it was to confirm didn't hold: a replayed run has other bits.</summary>
    public const int CheckFailed = 5;

    /// <summary>Stopped by Ctrl-C or a termination signal, after saving what there was to save.</summary>
    public const int Interrupted = 130;
}
