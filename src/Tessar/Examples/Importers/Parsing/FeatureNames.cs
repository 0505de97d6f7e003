using System.Text.Json;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Names of classes that Hugging Face's <c>datasets</c> writes into the metadata of Parquet and Arrow files.</summary>
/// <remarks>
/// The entry <c>huggingface</c> is JSON: <c>{"info": {"features": {"label": {"names": ["cat", "dog"], "_type":
/// "ClassLabel"}}}}</c>.
/// </remarks>
internal static class FeatureNames
{
    /// <summary>Name of the entry of metadata.</summary>
    public const string Key = "huggingface";

    /// <summary>The names by column; none without the entry.</summary>
    /// <exception cref="FileFormatException">It isn't JSON, or the names of a column of classes aren't text.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string path, string? json)
    {
        var names = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (json is null)
            return names;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (Property(document.RootElement, "info") is { } info
                && Property(info, "features") is { ValueKind: JsonValueKind.Object } features)
            {
                foreach (JsonProperty feature in features.EnumerateObject())
                {
                    if (Property(feature.Value, "_type") is { ValueKind: JsonValueKind.String } type
                        && type.ValueEquals("ClassLabel")
                        && Property(feature.Value, "names") is { ValueKind: JsonValueKind.Array } list
                        && list.GetArrayLength() > 0)
                        names[feature.Name] = [.. list.EnumerateArray()
                            .Select(name => name.GetString() ?? throw new InvalidOperationException())];
                }
            }

            return names;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw SourceFile.Refuse(path, null, $"names of classes in the metadata `{Key}`, as JSON", "other bytes", e);
        }
    }

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement found) ? found : null;
}
