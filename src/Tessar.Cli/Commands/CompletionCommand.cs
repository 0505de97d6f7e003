using System.CommandLine;
using Tessar.Cli.Parsing;

namespace Tessar.Cli.Commands;

/// <summary>Prints a script that lets a shell complete commands, options, runs, methods and models.</summary>
internal sealed class CompletionCommand : TessarCommand
{
    private readonly Argument<string> _shell;

    public CompletionCommand()
        : base("completion", "Prints the script that teaches a shell to complete tessar commands", CommandTable.ToolGroup)
    {
        _shell = AddArgument("SHELL", "bash, zsh, pwsh or fish", _ => CompletionScript.Shells);
        AddExample("completion bash > ~/.local/share/bash-completion/completions/tessar", "Completion in every new bash");
        AddExample("completion zsh > ~/.zfunc/_tessar", "The same for zsh, with ~/.zfunc in fpath");
    }

    public override Type Result => typeof(Json.CompletionJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        string name = call.Value(_shell);
        string script = CompletionScript.For(name);
        call.Print(
            new Json.CompletionJson { Shell = name, Script = script },
            Json.JsonOutput.Printing.CompletionJson,
            console => console.Profile.Out.Writer.Write(script));
        return ExitCode.Success;
    }
}
