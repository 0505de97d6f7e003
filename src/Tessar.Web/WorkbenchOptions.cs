using Tessar.Runs;

namespace Tessar.Web;

/// <summary>Settings of <see cref="WorkbenchServer"/>.</summary>
public sealed record WorkbenchOptions
{
    /// <summary>The port that the workbench is served on unless said otherwise.</summary>
    public const int DefaultPort = 7150;

    /// <summary>The folder with one folder per run; <see cref="RunCatalog.DefaultDirectory"/> by default. It may be missing or empty.</summary>
    public string RunsDirectory { get; init; } = RunCatalog.DefaultDirectory;

    /// <summary>Port on 127.0.0.1, in [0, 65535]; 7150 by default, 0 for any free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>How the command line is called in the commands that pages suggest; <c>tessar</c> by default.</summary>
    public string CommandName { get; init; } = "tessar";
}
