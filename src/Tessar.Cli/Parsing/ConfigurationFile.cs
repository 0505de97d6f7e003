using System.Text.Json;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Parsing;

/// <summary>tessar.json of the current folder: settings by nested keys, comments and trailing commas allowed.</summary>
internal sealed class ConfigurationFile
{
    public const string FileName = "tessar.json";

    private const string MethodsKey = "methods.";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private ConfigurationFile(string path) => Location = path;

    /// <summary>The file that was read, or would have been.</summary>
    public string Location { get; }

    /// <summary>Reads the file of <paramref name="folder"/>, if there is one, and refuses keys that no command knows.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="known">The settings of all commands.</param>
    /// <param name="methods">The catalogue of methods, asked for only when the file has options of some.</param>
    public static ConfigurationFile Read(string folder, IEnumerable<Setting> known, Func<MethodCatalog> methods)
    {
        var file = new ConfigurationFile(Path.Combine(folder, FileName));
        if (!File.Exists(file.Location))
            return file;
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                WithoutMark(OrdinaryFile.ReadAllBytes(file.Location)),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            file.Flatten(document.RootElement, string.Empty);
        }
        catch (JsonException error)
        {
            // What the reader adds about the place counts lines from 0.
            string reason = error.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0].TrimEnd('.');
            throw new TessarException(
                $"{file.Location} isn't valid JSON at line {error.LineNumber + 1}: {reason}. Mend it, or move it away.",
                ErrorKind.Usage, error);
        }
        catch (InvalidOperationException error)
        {
            // Half of a pair of characters, escaped: JSON by its grammar, but no text.
            throw new TessarException(
                $"{file.Location} holds text that isn't Unicode. Mend it, or move it away.", ErrorKind.Usage, error);
        }
        file.RefuseUnknown([.. known.Select(setting => setting.Key)]);
        file.RefuseUnknownOptions(methods);
        return file;
    }

    public bool TryGet(string key, out string value) => _values.TryGetValue(key, out value!);

    /// <summary>The entries below `methods.NAME`, by option name.</summary>
    public IEnumerable<(string Option, string Value)> MethodOptions(string method)
    {
        string prefix = $"methods.{method}.";
        return _values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(entry => (entry.Key[prefix.Length..], entry.Value));
    }

    // Editors on Windows put a byte order mark before UTF-8, which JSON doesn't know.
    private static ReadOnlyMemory<byte> WithoutMark(byte[] file) => file.AsMemory(file.AsSpan().StartsWith("\ufeff"u8) ? 3 : 0);

    // Whether or not this call uses the method: its options would be ignored in the calls that do.
    private void RefuseUnknownOptions(Func<MethodCatalog> methods)
    {
        string[] keys = [.. _values.Keys.Where(key => key.StartsWith(MethodsKey, StringComparison.Ordinal))
            .Select(key => key[MethodsKey.Length..])];
        if (keys.Length == 0)
            return;
        MethodCatalog catalog = methods();
        var objections = new List<string>();
        foreach (string key in keys)
        {
            MethodDescription? method = catalog.Methods.FirstOrDefault(known =>
                key.StartsWith(known.Name + ".", StringComparison.Ordinal));
            if (method is null)
                objections.Add(
                    $"`{MethodsKey}{key}` names no "
                        + $"method.{NearestName.Hint(key.Split('.')[0], catalog.Methods.Select(known => known.Name))}");
            else if (key[(method.Name.Length + 1)..] is var option && method.Options.All(known => known.Name != option))
                objections.Add(
                    $"`{MethodsKey}{key}` isn't an option of "
                        + $"{method.Name}.{NearestName.Hint(option, method.Options.Select(known => known.Name))}");
        }

        if (objections.Count > 0)
            throw new TessarException($"{Location}: {string.Join(' ', objections)}", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ListMethods)]
            };
    }

    private void Flatten(JsonElement element, string key)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    if (key.Length > 0 || property.Name != "$schema")
                        Flatten(property.Value, key.Length == 0 ? property.Name : $"{key}.{property.Name}");
                }
                break;
            case JsonValueKind.Array:
                Set(key, string.Join(',', element.EnumerateArray().Select(item => item.ToString())));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Set(key, element.GetBoolean() ? "true" : "false");
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                throw new TessarException(
                    $"{Location}: `{key}` is null; leave the key out to keep the default.", ErrorKind.Usage);
            default:
                Set(key, element.ToString());
                break;
        }
    }

    private void Set(string key, string value)
    {
        if (key.Length == 0)
            throw new TessarException(
                $"{Location} holds a single value; required is an object such as {{ \"train\": {{ \"epochs\": 5 }} }}.",
                ErrorKind.Usage);
        if (!_values.TryAdd(key, value))
            throw new TessarException($"{Location}: `{key}` is given twice; keep one of them.", ErrorKind.Usage);
    }

    private void RefuseUnknown(List<string> known)
    {
        string[] unknown = [.. _values.Keys.Where(key =>
            !known.Contains(key, StringComparer.Ordinal) && !key.StartsWith(MethodsKey, StringComparison.Ordinal))];
        if (unknown.Length == 0)
            return;
        string list = string.Join(' ', unknown.Select(key => $"`{key}` is not a setting.{NearestName.Hint(key, known)}"));
        throw new TessarException($"{Location}: {list}", ErrorKind.Usage);
    }
}
