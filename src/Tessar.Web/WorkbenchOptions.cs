using System.Reflection;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Web;

/// <summary>Settings of <see cref="WorkbenchServer"/>.</summary>
public sealed record WorkbenchOptions
{
    /// <summary>The port that the workbench is served on unless said otherwise.</summary>
    public const int DefaultPort = 7150;

    /// <summary>
    /// The folder with one folder per run; <see cref="RunCatalog.DefaultDirectory"/> by default. It may be missing or empty.
    /// </summary>
    public string RunsDirectory { get; init; } = RunCatalog.DefaultDirectory;

    /// <summary>Port on 127.0.0.1, in [0, 65535]; 7150 by default, 0 for any free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>How the command line is called in the commands that pages suggest; <c>tessar</c> by default.</summary>
    public string CommandName { get; init; } = "tessar";

    /// <summary>The methods that the pages offer; those of Tessar itself by default.</summary>
    public MethodCatalog? Methods { get; init; }

    /// <summary>
    /// What computes when a page asks for it; by default nothing does, and pages only show the command to type.
    /// </summary>
    public JobProgram? JobProgram { get; init; }

    /// <summary>Jobs that compute at once, from 1 on; 1 by default, because one job uses all cores.</summary>
    public int JobsAtOnce { get; init; } = 1;

    /// <summary>Where endpoints and lenses are looked for.</summary>
    internal IReadOnlyList<Assembly> Assemblies { get; init; } = [typeof(WorkbenchOptions).Assembly];
}
