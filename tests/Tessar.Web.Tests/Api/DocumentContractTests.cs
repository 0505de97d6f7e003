using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Web.Documents;

namespace Tessar.Web.Tests.Api;

/// <summary>The front end's types say of every document what the server's records say.</summary>
public sealed partial class DocumentContractTests
{
    // Fields for other readers of the API than the pages.
    private static readonly string[] ServerOnly = ["Problem.schema", "Problem.type", "Problem.detail"];

    [Fact]
    public void Front_end_and_server_agree_on_the_fields_of_every_document()
    {
        string source = File.ReadAllText(Checkout.PathOf("web", "src", "api", "documents.ts"));
        Dictionary<string, Type> records = typeof(Document).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Document).Namespace && !type.IsAbstract && typeof(JsonSerializer).Assembly != type.Assembly)
            .ToDictionary(type => type.Name, StringComparer.Ordinal);
        Match[] interfaces = Interface().Matches(source).ToArray();
        Assert.True(interfaces.Length > 15);

        string[] declared = [.. interfaces.SelectMany(match => Field().Matches(match.Groups["body"].Value)
            .Select(field => $"{match.Groups["name"].Value}.{field.Groups["name"].Value}")).Order(StringComparer.Ordinal)];
        string[] written = [.. interfaces.SelectMany(match => records[match.Groups["name"].Value].GetProperties()
            .Select(property => $"{match.Groups["name"].Value}.{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}"))
            .Except(ServerOnly, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        Assert.Equal(written, declared);
    }

    [GeneratedRegex(@"export interface (?<name>\w+) \{\n(?<body>.*?)\n\}", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Interface();

    [GeneratedRegex(@"^  (?<name>\w+):", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Field();
}
