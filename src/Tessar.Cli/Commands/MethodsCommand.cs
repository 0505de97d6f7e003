using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Methods;
using Tessar.Models;

namespace Tessar.Cli.Commands;

/// <summary>Shows the catalogue of methods, or one method's options.</summary>
internal sealed class MethodsCommand : TessarCommand
{
    private readonly Argument<string> name;

    public MethodsCommand()
        : base("methods", "Lists the methods of the lenses, or one method's options, cost and source", CommandTable.LensGroup)
    {
        name = AddArgument("NAME", "a method, such as data/trak; all of them without it", _ => Catalog().Methods.Select(method => method.Name));
        name.Arity = ArgumentArity.ZeroOrOne;
        AddExample("methods", "What there is");
        AddExample("methods data/trak", "What it does, costs, and which options it takes");
    }

    public override Type Result => typeof(MethodsJson);

    /// <summary>Names assemblies that hold methods of the user's own, separated as paths are.</summary>
    public const string Variable = "TESSAR_METHODS";

    /// <summary>Every method that this program knows, and those of the user's own assemblies.</summary>
    /// <exception cref="TessarException">An assembly can't be used, or names a method that there is already.</exception>
    public static MethodCatalog Catalog()
    {
        string[] own = (Environment.GetEnvironmentVariable(Variable) ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return new MethodCatalog([typeof(Lenses.Data.Trak).Assembly, .. own.Select(MethodAssembly.Open)]);
        }
        catch (ArgumentException e)
        {
            throw new TessarException($"{Variable}: {e.Message.Split(" (Parameter", 2)[0]} Rename one of them.", ErrorKind.InputData, e);
        }
    }

    protected override int Execute(Invocation call)
    {
        MethodCatalog catalog = Catalog();
        string? wanted = call.OptionalValue(name);
        MethodDescription[] shown = wanted is null ? [.. catalog.Methods] : [catalog.Find(wanted)];
        var result = new MethodsJson { Methods = [.. shown.Select(MethodJson.Of)] };
        call.Print(result, JsonOutput.Printing.MethodsJson, console => Write(console, result, isOne: wanted is not null));
        return ExitCode.Success;
    }

    private static void Write(IAnsiConsole console, MethodsJson result, bool isOne)
    {
        if (!isOne)
        {
            console.Write(PlainTable.OfFacts(result.Methods.Select(method => (method.Name, method.Summary))));
            console.Line();
            console.Line($"More on one: {CommandLine.ProgramName} methods {result.Methods[0].Name}");
            return;
        }
        MethodJson shown = result.Methods[0];
        console.Write(PlainTable.OfFacts([("Method", shown.Name), ("Answers", shown.Summary), ("Costs", shown.Cost), ("Source", shown.Paper)]));
        console.Line();
        Table table = new Table().Border(TableBorder.None);
        foreach (string heading in (string[])["Option", "Default", "Allowed", "Meaning"])
            table.AddColumn(new TableColumn($"[bold]{heading}[/]") { NoWrap = heading is "Option" or "Default", Padding = new Padding(0, 0, 2, 0) });
        foreach (MethodOptionJson option in shown.Options)
            table.AddRow(PlainTable.Cells(option.Name, option.Default, option.Allowed, option.Help));
        console.Write(table);
        console.Line();
        console.Line($"Set an option: {CommandLine.ProgramName} attribute RUN --method {shown.Name} --targets test:0-9 --set {shown.Options[0].Name}={shown.Options[0].Default}");
    }
}
