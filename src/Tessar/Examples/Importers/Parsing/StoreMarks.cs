using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>What an export of a store adds to a file's metadata, so that an import finds classes and split again.</summary>
/// <param name="Split">Name of the split.</param>
/// <param name="Classes">Names of the classes.</param>
internal sealed partial record StoreMarks(string? Split, IReadOnlyList<string>? Classes)
{
    /// <summary>Name of the entry of metadata that holds the split.</summary>
    public const string SplitKey = "tessar.split";

    /// <summary>Name of the entry of metadata that holds the classes, a JSON array of strings.</summary>
    public const string ClassesKey = "tessar.classes";

    /// <summary>Name of the entry of metadata that says that keys are ids, and not just numbers of rows.</summary>
    public const string IdsKey = "tessar.ids";

    /// <summary>Reads them.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="find">Finds an entry of the file's metadata; null when there is none.</param>
    /// <exception cref="FileFormatException">The classes aren't an array of strings.</exception>
    public static StoreMarks Read(string path, Func<string, string?> find)
    {
        string? split = find(SplitKey), classes = find(ClassesKey);
        try
        {
            string[]? names = classes is null ? null : JsonSerializer.Deserialize(classes, MarksJson.Default.StringArray);
            return new StoreMarks(string.IsNullOrWhiteSpace(split) ? null : split, names is { Length: > 0 } ? names : null);
        }
        catch (JsonException e)
        {
            throw SourceFile.Refuse(path, null, $"`{ClassesKey}` to be a JSON array of names", $"`{classes}`", e);
        }
    }

    /// <summary>The entries to write.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToEntries()
    {
        if (Split is not null)
            yield return new(SplitKey, Split);
        if (Classes is { Count: > 0 })
            yield return new(ClassesKey, JsonSerializer.Serialize([.. Classes], MarksJson.Default.StringArray));
    }

    [JsonSerializable(typeof(string[]))]
    private sealed partial class MarksJson : JsonSerializerContext;
}
