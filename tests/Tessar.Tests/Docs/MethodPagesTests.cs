using Tessar.Cli.Commands.Development;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Docs;

public sealed class MethodPagesTests
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly);

    public static TheoryData<string> Names => [.. _catalog.Methods.Select(m => m.Name)];

    // What `tessar dev docs` writes.
    [Fact]
    public void Tables_of_methods_and_options_are_as_the_catalog_has_them() =>
        Assert.Empty(DevDocsCommand.Changed(Checkout.Above(Repository.Root), _catalog).Select(changed => changed.Page));

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_holds_the_options(string name) =>
        Assert.Contains(
            DocsTables.OptionsMark + "\n" + DocsTables.Options(_catalog.Find(name)), Page(name), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_names_the_paper(string name) =>
        Assert.Contains(_catalog.Find(name).Paper, Page(name), StringComparison.Ordinal);

    private static string Page(string name) =>
        File.ReadAllText(Path.Combine([Repository.Root, .. DocsTables.PageOf(name).Split('/')]));
}
