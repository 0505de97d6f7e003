using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Methods;

namespace Tessar.Cli.Commands;

/// <summary>Shows the catalogue of methods, or one method's options.</summary>
internal sealed class MethodsCommand : TessarCommand
{
    private readonly Argument<string> _name;

    public MethodsCommand()
        : base("methods", "Lists the methods of the lenses, or one method's options, cost and source", CommandTable.LensGroup)
    {
        _name = AddArgument(
            "NAME", "a method, such as data/trak; all of them without it",
            parsed => ((TessarRoot)parsed.RootCommandResult.Command).Known.Catalog.Methods.Select(method => method.Name));
        _name.Arity = ArgumentArity.ZeroOrOne;
        AddExample("methods", "What there is");
        AddExample("methods data/trak", "What it does, costs, and which options it takes");
    }

    public override Type Result => typeof(MethodsJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        MethodCatalog catalog = call.Known.Catalog;
        string? wanted = call.OptionalValue(_name);
        MethodDescription[] shown = wanted is null ? [.. catalog.Methods] : [catalog.Find(wanted)];
        var result = new MethodsJson { Methods = [.. shown.Select(MethodJson.Of)] };
        call.Print(
            result, JsonOutput.Printing.MethodsJson, console => Write(console, catalog, result, isOne: wanted is not null));
        return ExitCode.Success;
    }

    private static void Write(IAnsiConsole console, MethodCatalog catalog, MethodsJson result, bool isOne)
    {
        if (!isOne)
        {
            console.Write(PlainTable.OfFacts(result.Methods.Select(method => (method.Name, method.Summary))));
            console.Line();
            console.Line($"More on one: {CommandLine.ProgramName} methods {result.Methods[0].Name}");
            return;
        }
        MethodJson shown = result.Methods[0];
        console.Write(PlainTable.OfFacts([
            ("Method", shown.Name), ("Answers", shown.Summary), ("Costs", shown.Cost), ("Source", shown.Paper)
        ]));
        console.Line();
        if (shown.Options.Count == 0)
            return;
        Table table = new Table().Border(TableBorder.None);
        foreach (string heading in (string[])["Option", "Default", "Allowed", "Meaning"])
            table.AddColumn(new TableColumn($"[bold]{heading}[/]")
            {
                NoWrap = heading is "Option" or "Default",
                Padding = new Padding(0, 0, 2, 0)
            });
        foreach (MethodOptionJson option in shown.Options)
            table.AddRow(PlainTable.Cells(option.Name, option.Default, option.Allowed, option.Help));
        console.Write(table);
        console.Line();
        LensDescription? lens = catalog.Lenses.FirstOrDefault(lens => lens.Name == shown.Name.Split('/')[0]);
        string targets = lens is { NeedsTargets: false } ? string.Empty : " --targets test:0-9";
        console.Line(
            $"Set an option: {CommandLine.ProgramName} {lens?.Verb ?? "attribute"} RUN --method {shown.Name}{targets} --set "
                + $"{shown.Options[0].Name}={shown.Options[0].Default}");
    }
}
