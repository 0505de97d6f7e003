using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Web.Documents;

namespace Tessar.Web.Tests.Api;

/// <summary>The front end's types say of every document what the server's records say.</summary>
public sealed partial class DocumentContractTests
{
    // Fields for other readers of the API than the pages.
    private static readonly string[] _serverOnly = ["Problem.schema", "Problem.type", "Problem.detail"];

    [Fact]
    public void Front_end_and_server_agree_on_the_fields_of_every_document()
    {
        // One file beside the API, one for jobs, one for each lens.
        string[] files = Directory.GetFiles(Checkout.PathOf("web", "src"), "documents.ts", SearchOption.AllDirectories);
        Assert.True(files.Length >= 3);
        string source = string.Concat(files.Select(File.ReadAllText));
        Dictionary<string, Type> records = typeof(Document).Assembly.GetTypes()
            .Where(type => HoldsDocuments(type.Namespace) && type is { IsAbstract: false, IsNested: false })
            .ToDictionary(type => type.Name, StringComparer.Ordinal);
        Match[] interfaces = Interface().Matches(source).ToArray();
        Assert.True(interfaces.Length > 15);

        string[] declared = [.. interfaces.SelectMany(match => Field().Matches(match.Groups["body"].Value)
            .Select(field => $"{match.Groups["name"].Value}.{field.Groups["name"].Value}")).Order(StringComparer.Ordinal)];
        string[] written = [.. interfaces.SelectMany(match => records[match.Groups["name"].Value].GetProperties()
            .Select(property => $"{match.Groups["name"].Value}.{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}"))
            .Except(_serverOnly, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        Assert.Equal(written, declared);
    }

    private static bool HoldsDocuments(string? space) =>
        space is "Tessar.Web.Documents" or "Tessar.Web.Jobs"
            || space?.StartsWith("Tessar.Web.Lenses.", StringComparison.Ordinal) == true;

    [GeneratedRegex(
        @"export interface (?<name>\w+) \{\n(?<body>.*?)\n\}", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Interface();

    [GeneratedRegex(@"^  (?<name>\w+):", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Field();
}
