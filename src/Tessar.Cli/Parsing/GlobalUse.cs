namespace Tessar.Cli.Parsing;

/// <summary>Options of every command that not every command has a use for.</summary>
[Flags]
internal enum GlobalUse
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary><c>--seed</c>: something is drawn.</summary>
    Seed = 1,

    /// <summary><c>--threads</c>: something is computed in this process.</summary>
    Threads = 2,
}
