using System.Text.RegularExpressions;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Named;

namespace Tessar.Tests.Methods;

/// <summary>What every method has to offer, checked over the catalogue: a new method is tested by existing.</summary>
public sealed partial class MethodCatalogTests
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly);

    public static TheoryData<string> Names => [.. _catalog.Methods.Select(method => method.Name)];

    [Fact]
    public void Methods_are_listed_in_order_of_their_names()
    {
        Assert.Equal(
            ["data/grad-dot", "data/trak"],
            _catalog.Methods.Select(method => method.Name).Where(name => name is "data/trak" or "data/grad-dot"));
        Assert.Equal(
            _catalog.Methods.Select(method => method.Name).Order(StringComparer.Ordinal),
            _catalog.Methods.Select(method => method.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Method_says_what_it_does_where_it_comes_from_and_what_it_costs(string name)
    {
        MethodDescription method = _catalog.Find(name);
        Assert.Matches(MethodName(), method.Name);
        Assert.EndsWith(".", method.Summary, StringComparison.Ordinal);
        Assert.Matches(Paper(), method.Paper);
        Assert.NotEmpty(method.Cost);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Option_has_a_help_text_a_readable_name_and_a_default_that_may_be_typed(string name)
    {
        MethodDescription method = _catalog.Find(name);
        Assert.NotEmpty(method.Options);
        Assert.Equal(method.Options.Count, method.Options.Select(option => option.Name).Distinct(StringComparer.Ordinal).Count());
        foreach (MethodOption option in method.Options)
        {
            Assert.Matches(OptionName(), option.Name);
            Assert.EndsWith(".", option.Help, StringComparison.Ordinal);
            Assert.NotEmpty(option.Allowed);
            Assert.True(option.TryRead(option.DefaultText, out object? value, out string? objection), objection);
            Assert.Equal(option.Default, value);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Method_is_built_from_nothing_and_from_its_defaults_as_typed(string name)
    {
        MethodDescription method = _catalog.Find(name);
        Dictionary<string, string> defaults = method.Options.ToDictionary(
            option => option.Name, option => option.DefaultText, StringComparer.Ordinal);
        Assert.IsAssignableFrom<IAttributionMethod>(method.Create(new Dictionary<string, string>(StringComparer.Ordinal)));
        Assert.IsAssignableFrom<IAttributionMethod>(method.Create(defaults));
        Assert.Equal(
            defaults.OrderBy(o => o.Key, StringComparer.Ordinal),
            method.Effective(new Dictionary<string, string>(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_refuses_what_is_no_value_naming_itself_and_what_is_allowed(string name)
    {
        MethodDescription method = _catalog.Find(name);
        foreach (MethodOption option in method.Options)
        {
            foreach (string text in new[] { "", " ", "?", "1e999", "NaN", "99999999999999999999", "0x10", "1,5", "-1" })
            {
                TessarException e = Assert.Throws<TessarException>(() => method.Create(Only(option.Name, text)));
                Assert.Equal(ErrorKind.Usage, e.Kind);
                Assert.Contains($"{option.Name} is `{text}`; allowed: {option.Allowed}", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Number_at_the_end_of_its_range_is_taken_and_the_next_one_refused()
    {
        MethodDescription trak = _catalog.Find("data/trak");
        Assert.NotNull(trak.Create(Only("projection-dimension", "1048576")));
        Assert.NotNull(trak.Create(Only("damping", "0")));
        Assert.NotNull(trak.Create(Only("seed", "18446744073709551615")));
        Assert.Throws<TessarException>(() => trak.Create(Only("projection-dimension", "1048577")));
        Assert.Throws<TessarException>(() => trak.Create(Only("projection-dimension", "0")));
        Assert.Throws<TessarException>(() => trak.Create(Only("damping", "1.1e12")));
    }

    [Fact]
    public void All_mistakes_are_reported_together_with_the_nearest_names()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["projection-dimensions"] = "5", ["damping"] = "-3", ["batch-size"] = "many", ["projection"] = "none",
        };
        TessarException e = Assert.Throws<TessarException>(() => _catalog.CreateAttribution("data/trak", settings));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.StartsWith("data/trak: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(
            "there is no option `projection-dimensions`. Did you mean `projection-dimension`?", e.Message,
            StringComparison.Ordinal);
        Assert.Contains("damping is `-3`; allowed: 0 to 1000000000000", e.Message, StringComparison.Ordinal);
        Assert.Contains("batch-size is `many`; allowed: 1 to 65536", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("projection is", e.Message, StringComparison.Ordinal);
        Assert.Equal(RemedyKind.DescribeMethod, Assert.Single(e.Remedies).Kind);
    }

    [Fact]
    public void Method_that_does_not_exist_is_answered_with_the_nearest_name()
    {
        TessarException e = Assert.Throws<TessarException>(() => _catalog.Find("data/track"));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("There is no method `data/track`. Did you mean `data/trak`?", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_methods_of_one_name_are_refused()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() =>
            new MethodCatalog(typeof(Trak).Assembly, typeof(Trak).Assembly));
        Assert.Contains("The method `data/", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ProjectionDimension", "projection-dimension")]
    [InlineData("Seed", "seed")]
    [InlineData("F16", "f16")]
    [InlineData("UseLeverage", "use-leverage")]
    public void Names_are_typed_in_kebab_case(string name, string typed) => Assert.Equal(typed, Words.KebabCase(name));

    private static Dictionary<string, string> Only(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    [GeneratedRegex("^[a-z]+(-[a-z]+)*/[a-z]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MethodName();

    [GeneratedRegex("^[a-z]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionName();

    [GeneratedRegex(@"^(arXiv:\d{4}\.\d{5}|original)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Paper();
}
