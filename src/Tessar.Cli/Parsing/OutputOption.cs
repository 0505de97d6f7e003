using System.CommandLine;

namespace Tessar.Cli.Parsing;

/// <summary>An option that names a file to write; every one passes the same door, <see cref="OutputPath"/>.</summary>
internal sealed class OutputOption : Option<string>
{
    public OutputOption(string name, string help, string valueName, params IReadOnlyList<string> extensions)
        : base(name)
    {
        Description = help;
        HelpName = valueName;
        Extensions = extensions;
    }

    /// <summary>Endings of the file; empty when a folder may be named, or the ending depends on another option.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>The name as remedies have it: `picture` for `--picture`.</summary>
    public string Argument => Name.TrimStart('-');
}
