using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace Tessar.Tests.Cli.Documentation;

/// <summary>The fields of a record as they stand in JSON, nested ones by path, with the summaries of their comments.</summary>
internal static class JsonFields
{
    private static readonly Dictionary<string, string> _summaries = new(
        new[] { "Tessar.Cli.xml", "Tessar.Lenses.xml", "Tessar.xml" }.Select(file =>
            XDocument.Load(Path.Combine(AppContext.BaseDirectory, file))).SelectMany(Read), StringComparer.Ordinal);

    public static IEnumerable<(string Field, string Type, string Meaning)> Of(Type type, string prefix = "")
    {
        IEnumerable<PropertyInfo> properties = type.GetProperties()
            .Where(property => property.Name != "EqualityContract" && property.CanWrite)
            .OrderBy(property => property.Name == "Schema" ? 0 : 1);
        foreach (PropertyInfo property in properties)
        {
            string field = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            (string name, Type? element) = Describe(property.PropertyType);
            string owner = property.DeclaringType!.FullName!;
            string meaning = _summaries.GetValueOrDefault($"P:{owner}.{property.Name}")
                ?? _summaries.GetValueOrDefault($"T:{owner}/{property.Name}") ?? string.Empty;
            yield return (field, name, meaning);
            if (element is null)
                continue;
            foreach ((string, string, string) nested in Of(element, field + (name == "object" ? "." : "[].")))
                yield return nested;
        }
    }

    private static (string Name, Type? Element) Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string) || type == typeof(DateTimeOffset))
            return (type == typeof(string) ? "text" : "moment, ISO 8601", null);
        if (type == typeof(bool))
            return ("true or false", null);
        if (type == typeof(JsonElement)
            || type.GetInterfaces().Append(type)
            .Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)))
            return ("object", null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            Type element = type.GetGenericArguments()[0];
            bool holdsRecords = element != typeof(string) && !element.IsPrimitive;
            return (
                $"list of {(holdsRecords ? "objects" : element == typeof(string) ? "texts" : "numbers")}",
                holdsRecords ? element : null);
        }
        // Records of the command line and of the lenses, such as a number with its interval.
        bool isRecord = type is { IsClass: true, Namespace: { } space }
            && (space == "Tessar.Cli.Json" || space.StartsWith("Tessar.Lenses.", StringComparison.Ordinal));
        return isRecord ? ("object", type) : ("number", null);
    }

    private static IEnumerable<KeyValuePair<string, string>> Read(XDocument comments)
    {
        foreach (XElement member in comments.Descendants("member"))
        {
            string name = (string)member.Attribute("name")!;
            if (!name[2..].StartsWith(nameof(Tessar), StringComparison.Ordinal))
                continue; // the compiler's own, which several assemblies have
            if (member.Element("summary") is { } summary)
                yield return new(name, Text(summary));
            foreach (XElement parameter in member.Elements("param").Where(_ => name.StartsWith("T:", StringComparison.Ordinal)))
                yield return new($"{name}/{(string)parameter.Attribute("name")!}", Text(parameter));
        }
    }

    private static string Text(XElement element)
    {
        IEnumerable<string> parts = element.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement reference when reference.Attribute("cref") is { } cref => cref.Value.Split('.')[^1],
            XElement other => other.Value,
            _ => node.ToString(),
        });
        return string.Join(
            ' ',
            System.Net.WebUtility.HtmlDecode(string.Concat(parts)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
