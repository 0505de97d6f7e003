using System.CommandLine;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Commands.Development;

/// <summary>Writes a method that works, with test, page and public names, for its author to change.</summary>
internal sealed class DevNewMethodCommand : TessarCommand
{
    private readonly Argument<string> _name;

    public DevNewMethodCommand()
        : base(
            "new-method", "Writes a method that works, its test, its page and its lines elsewhere, for you to change",
            CommandTable.ContributorGroup)
    {
        _name = AddArgument(
            "NAME", "what it is to be called, such as data/my-method",
            parsed => ((TessarRoot)parsed.RootCommandResult.Command).Known.Lenses.Select(lens => lens.Name + "/"));
        AddExample("dev new-method data/my-method", "In a checkout: a new method of the Data lens");
    }

    public override Type Result => typeof(DevNewMethodJson);

    protected override int Execute(Invocation call)
    {
        var checkout = Checkout.Above(Environment.CurrentDirectory);
        var name = MethodName.Parse(call.Value(_name), call.Known.Catalog);
        var method = new NewMethod(checkout, name);
        method.Write();
        string[] next =
        [
            $"{CommandLine.ProgramName} methods {name.Full}", $"./test {name.Class}Tests", $"{CommandLine.ProgramName} dev docs",
        ];
        var result = new DevNewMethodJson
        {
            Method = name.Full,
            Checkout = checkout.Root,
            Created = method.Files,
            Changed = method.Changed,
            Next = next,
        };
        call.Print(result, JsonOutput.Printing.DevNewMethodJson, console =>
        {
            console.Line($"{name.Full} is there, and works. New in {checkout.Root}:");
            foreach (string file in method.Files)
                console.Line($"  {file}");
            console.Line($"Lines were added to {string.Join(", ", method.Changed)}.");
            console.Line();
            console.Line($"Look at it: {next[0]}");
            console.Line($"Test it: {next[1]}");
            console.Line($"Then change it; when its options or summary have changed: {next[2]}");
        });
        return ExitCode.Success;
    }
}
