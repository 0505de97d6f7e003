using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Development;

/// <summary>Writes the tables of the docs that are made from the catalogue.</summary>
internal sealed class DevDocsCommand : TessarCommand
{
    public DevDocsCommand()
        : base(
            "docs", "Writes the docs' tables of methods and options anew, from the catalogue of this program",
            CommandTable.ContributorGroup) =>
        AddExample("dev docs", "In a checkout: after a method's options or summary changed");

    public override Type Result => typeof(DevDocsJson);

    protected override int Execute(Invocation call)
    {
        var checkout = Checkout.Above(Environment.CurrentDirectory);
        checkout.RequireProgramOfItsOwn();
        // The methods of the sources; a user's own assemblies have no page here.
        var changed = Changed(checkout, new MethodCatalog(typeof(Tessar.Lenses.Data.Trak).Assembly)).ToList();
        foreach ((string page, string text) in changed)
            checkout.Write(page, text);
        var result = new DevDocsJson { Checkout = checkout.Root, Changed = [.. changed.Select(one => one.Page)] };
        call.Print(result, JsonOutput.Printing.DevDocsJson, console =>
        {
            if (result.Changed.Count == 0)
                console.Line("Every table is as the catalogue has it.");
            foreach (string page in result.Changed)
                console.Line($"Written anew: {page}");
        });
        return ExitCode.Success;
    }

    /// <summary>The pages whose tables aren't as the catalogue has them, with what they should hold.</summary>
    /// <exception cref="TessarException">A page is missing, or has no place for its table.</exception>
    internal static IEnumerable<(string Page, string Text)> Changed(Checkout checkout, MethodCatalog catalog)
    {
        IEnumerable<(string Page, string Mark, string Table)> tables =
        [
            .. catalog.Methods.Select(method =>
                (DocsTables.PageOf(method.Name), DocsTables.OptionsMark, DocsTables.Options(method))),
            .. catalog.Lenses.Select(lens =>
                (DocsTables.IndexOf(lens.Name), DocsTables.MethodsMark, DocsTables.Methods(lens.Methods))),
        ];
        return [.. from table in tables
            let text = checkout.Read(table.Page)
            let right = DocsTables.Replace(text, table.Mark, table.Page, table.Table)
            where right != text
            select (table.Page, right)];
    }
}
