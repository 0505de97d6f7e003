using System.Text.Json;
using Tessar.Cli.Commands.Development;
using Tessar.Tests.Processes;
using Tessar.Tests.Snapshots;

namespace Tessar.Tests.Cli.Commands.Development;

public sealed class DevNewMethodTests : IDisposable
{
    private static readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal)
    {
        ["TESSAR_METHODS"] = null, ["TESSAR_COMMAND"] = null, ["NO_COLOR"] = null,
    };

    private readonly CheckoutCopy _checkout = CheckoutCopy.ForNewMethods();

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public void Source_test_and_page_bear_the_new_name_and_nothing_of_the_template()
    {
        Directory.CreateDirectory(_checkout.PathOf("docs/data/deeper"));
        ChildResult result = Run(_checkout.PathOf("docs/data/deeper"), "dev", "new-method", "data/my-2nd-method");
        Assert.True(result.ExitCode == 0, result.Error);
        string source = _checkout.Read("src/Tessar.Lenses/Data/My2ndMethod.cs");
        Assert.Contains("public sealed class My2ndMethod(My2ndMethodOptions options)", source, StringComparison.Ordinal);
        Assert.Contains("\"data/my-2nd-method\"", source, StringComparison.Ordinal);
        Assert.Contains(
            "class My2ndMethodTests", _checkout.Read("tests/Tessar.Tests/Data/My2ndMethodTests.cs"), StringComparison.Ordinal);
        Assert.StartsWith("# My 2nd method: ", _checkout.Read("docs/data/my-2nd-method.md"), StringComparison.Ordinal);
        Assert.DoesNotContain(_checkout.All().Where(file => !file.Key.StartsWith("build", StringComparison.Ordinal)), file =>
            file.Value.Contains("template-method", StringComparison.OrdinalIgnoreCase)
            || file.Value.Contains("TemplateMethod", StringComparison.Ordinal));
        foreach (string said in (string[])[
            "src/Tessar.Lenses/Data/My2ndMethod.cs", "./test My2ndMethodTests", "tessar methods data/my-2nd-method"
        ])
            Assert.Contains(said, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_go_where_order_wants_them_and_every_other_line_stays()
    {
        SortedDictionary<string, string> before = _checkout.All();
        JsonElement answer = Json("dev", "new-method", "data/my-method");
        Assert.Equal(
            ["src/Tessar.Lenses/PublicAPI.Unshipped.txt", "docs/data/README.md", "CHANGELOG.md"],
            answer.GetProperty("changed").EnumerateArray().Select(file => file.GetString()));
        SortedDictionary<string, string> after = _checkout.All();
        Assert.Equal(
            answer.GetProperty("created").EnumerateArray().Select(file => file.GetString()).Order(StringComparer.Ordinal),
            after.Keys.Except(before.Keys));
        foreach ((string file, string text) in before)
        {
            List<string> left = [.. after[file].Split('\n')];
            foreach (string line in text.Split('\n'))
                Assert.True(left.Remove(line), $"{file} lost the line `{line}`");
            Assert.All(left, line => Assert.Matches("(?i)my-?method", line));
        }

        string[] api = [.. after["src/Tessar.Lenses/PublicAPI.Unshipped.txt"]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
        Assert.Equal(api.Order(StringComparer.Ordinal), api);
        Assert.Contains("\n| [`data/my-method`](my-method.md) |", after["docs/data/README.md"], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_says_what_was_made() =>
        Snapshot.Matches(JsonShape.Of(Json("dev", "new-method", "data/my-method"), _checkout.Root), "json");

    // As the catalogue has them: a name before its own continuation.
    [Theory]
    [InlineData("data/a-method")]
    [InlineData("data/trak-again")]
    [InlineData("data/zero")]
    public void Table_of_methods_stays_in_the_order_of_the_names(string name)
    {
        Json("dev", "new-method", name);
        string[] names = [.. _checkout.Read("docs/data/README.md").Split("<!-- methods:")[1].Split("<!-- end -->")[0].Split('\n')
            .Where(line => line.StartsWith("| [", StringComparison.Ordinal)).Select(DocsTables.NameInRow)];
        Assert.Contains(name, names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Theory]
    [InlineData("### Fixed\n- x\n\n### Added\n- y\n", "### Fixed\n- x\n\n### Added\n- `data/my-method`")]
    [InlineData("### Fixed\n- x\n", "## [Unreleased]\n\n### Added\n- `data/my-method`")]
    public void News_stand_under_the_newest_heading(string newest, string expected)
    {
        _checkout.Write("CHANGELOG.md", $"# Changelog\n\n## [Unreleased]\n\n{newest}\n## [1.0]\n\n### Added\n- z\n");
        Json("dev", "new-method", "data/my-method");
        Assert.Contains(expected, _checkout.Read("CHANGELOG.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data/My-Method", "NAME is `data/My-Method`; required is LENS/NAME")]
    [InlineData("data/my--method", "required is LENS/NAME")]
    [InlineData("data/-method", "required is LENS/NAME")]
    [InlineData("data/2nd", "required is LENS/NAME")]
    [InlineData("data/my_method", "required is LENS/NAME")]
    [InlineData("data/../method", "required is LENS/NAME")]
    [InlineData("my-method", "required is LENS/NAME")]
    [InlineData("data/a-name-of-more-than-forty-characters-is-long", "required is LENS/NAME")]
    [InlineData("dato/my-method", "There is no lens `dato`. Did you mean `data`?")]
    [InlineData("data/trak", "There is a `data/trak` already")]
    [InlineData("data/lds", "There is a `data/lds` already")]
    [InlineData("data/kernels", "a part of the namespace Tessar.Lenses.Data.Kernels")]
    [InlineData("data/tensor", "the type TorchSharp.torch+Tensor")]
    [InlineData("data/math", "the type System.Math")]
    [InlineData("data/score-tally", "the type Tessar.Lenses.Data.Scoring.ScoreTally")]
    [InlineData("data/self-influence", "a method of IAttributionMethod")]
    public void Name_that_would_not_do_is_refused_before_anything_is_written(string name, string reason)
    {
        SortedDictionary<string, string> before = _checkout.All();
        Assert.Contains(reason, Fails("dev", "new-method", name), StringComparison.Ordinal);
        Assert.Equal(before, _checkout.All());
    }

    [Theory]
    [InlineData("src/Tessar.Lenses/Data/MyMethod.cs")]
    [InlineData("tests/Tessar.Tests/Data/MyMethodTests.cs")]
    [InlineData("tests/Tessar.Tests/Data/MyMethod.cs")]
    [InlineData("docs/data/my-method.md")]
    public void File_that_is_there_stays(string file)
    {
        _checkout.Write(file, "mine");
        SortedDictionary<string, string> before = _checkout.All();
        Assert.Contains("is there already", Fails("dev", "new-method", "data/my-method"), StringComparison.Ordinal);
        Assert.Equal(before, _checkout.All());
    }

    [Theory]
    [InlineData("docs/data/README.md", "no table", "has no `<!-- methods: generated")]
    [InlineData("CHANGELOG.md", "no heading", "has no heading")]
    [InlineData("src/Tessar.Lenses/PublicAPI.Unshipped.txt", null, "can't be read")]
    public void Checkout_that_lacks_something_is_left_as_it_is(string file, string? text, string reason)
    {
        if (text is null)
            File.Delete(_checkout.PathOf(file));
        else
            _checkout.Write(file, text);
        SortedDictionary<string, string> before = _checkout.All();
        string error = Fails("dev", "new-method", "data/my-method");
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.Equal(before, _checkout.All());
    }

    [Fact]
    public void Lens_without_a_template_is_named()
    {
        ChildResult result = HostedCommandLine.Run(
            ["dev", "new-method", "toy/my-shade"],
            new Dictionary<string, string?>(_environment, StringComparer.Ordinal)
            {
                ["TESSAR_METHODS"] = typeof(Toys.ToyLens).Assembly.Location,
            }, _checkout.Root);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(
            "no template for methods of the lens `toy`: no folder build/new-method/IShadeMethod", result.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_outside_of_every_checkout_is_refused()
    {
        using var elsewhere = new TemporaryFolder();
        foreach (string[] line in (string[][])[["dev", "new-method", "data/my-method"], ["dev", "docs"]])
        {
            ChildResult result = Run(elsewhere.Path, line);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains($"{elsewhere.Path} lies in no checkout of Tessar", result.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.Path));
    }

    private static ChildResult Run(string folder, params string[] line) => HostedCommandLine.Run(line, _environment, folder);

    private JsonElement Json(params string[] line)
    {
        ChildResult result = Run(_checkout.Root, [.. line, "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    private string Fails(params string[] line)
    {
        ChildResult result = Run(_checkout.Root, line);
        Assert.InRange(result.ExitCode, 2, 3);
        Assert.Empty(result.Output);
        return result.Error;
    }
}
