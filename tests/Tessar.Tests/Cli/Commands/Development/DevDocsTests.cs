using Tessar.Cli.Commands.Development;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli.Commands.Development;

public sealed class DevDocsTests : IDisposable
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly);
    private readonly CheckoutCopy _checkout = new("docs/data");

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public void Changed_table_of_options_or_methods_comes_back_as_the_catalog_has_it()
    {
        SortedDictionary<string, string> right = _checkout.All();
        string page = _checkout.Read("docs/data/trak.md");
        _checkout.Write(
            "docs/data/trak.md", page.Replace("| `damping` |", "| `dampling` |", StringComparison.Ordinal));
        string index = _checkout.Read("docs/data/README.md");
        _checkout.Write(
            "docs/data/README.md",
            DocsTables.Replace(index, DocsTables.MethodsMark, "README.md", "| nothing |\n"));
        Assert.Equal(["docs/data/trak.md", "docs/data/README.md"], Write());
        Assert.Equal(right, _checkout.All());
        Assert.Empty(Write());
    }

    [Fact]
    public void Text_around_the_table_stays()
    {
        string page = _checkout.Read("docs/data/random.md");
        _checkout.Write(
            "docs/data/random.md",
            "Mine.\n" + page.Replace("| `seed` |", "| `sed` |", StringComparison.Ordinal) + "Mine too.\n");
        Write();
        Assert.Equal("Mine.\n" + page + "Mine too.\n", _checkout.Read("docs/data/random.md"));
    }

    [Fact]
    public void Page_that_is_missing_or_has_no_place_for_a_table_is_named()
    {
        _checkout.Write("docs/data/trak.md", "no table");
        Assert.Contains(
            "docs/data/trak.md has no `<!-- options:", Assert.Throws<TessarException>(() => Write()).Message,
            StringComparison.Ordinal);
        File.Delete(_checkout.PathOf("docs/data/trak.md"));
        Assert.Contains(
            "trak.md can't be read", Assert.Throws<TessarException>(() => Write()).Message, StringComparison.Ordinal);
    }

    // Its catalogue may be another than that of the sources.
    [Fact]
    public void Program_of_another_checkout_is_refused()
    {
        ChildResult result = HostedCommandLine.Run(
            ["dev", "docs"], new Dictionary<string, string?>(StringComparer.Ordinal), _checkout.Root);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"Start {_checkout.PathOf("tessar")} instead", result.Error, StringComparison.Ordinal);
    }

    private List<string> Write()
    {
        List<(string Page, string Text)> changed =
            [.. DevDocsCommand.Changed(Checkout.Above(_checkout.Root), _catalog)];
        foreach ((string page, string text) in changed)
            _checkout.Write(page, text);
        return [.. changed.Select(one => one.Page)];
    }
}
