using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Docs;

public sealed class MethodPagesTests
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly);

    public static TheoryData<string> Names => [.. _catalog.Methods.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_holds_the_options_as_the_catalogue_has_them(string name)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", name + ".md"));
        Assert.Contains(OptionsTable(_catalog.Find(name)), page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_names_the_paper(string name)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", name + ".md"));
        Assert.Contains(_catalog.Find(name).Paper, page, StringComparison.Ordinal);
    }

    /// <summary>The table of options as a method's page has to hold it.</summary>
    internal static string OptionsTable(MethodDescription method) => string.Join('\n',
    [
        "| option | default | allowed | what it does |",
        "|---|---|---|---|",
        .. method.Options.Select(o =>
            $"| `{o.Name}` | {o.DefaultText} | {o.Allowed.Replace("|", "\\|", StringComparison.Ordinal)} | {o.Help} |"),
    ]);
}
