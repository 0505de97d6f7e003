using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tessar.Tests.Cli;

/// <summary>
/// A JSON object with everything that differs between machines and runs replaced, so that what remains is its shape.
/// </summary>
/// <remarks>
/// Folders become `{folder}`, hashes `{hash}`, moments `{moment}`; measured numbers become 0.5; lists keep their first element;
/// of a method's options only the names are kept.
/// Which examples lead a ranking may differ between processors by rounding, so of those only the fields' names are kept.
/// </remarks>
internal static partial class JsonShape
{
    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    private static readonly string[] _rankings = ["proponents", "opponents", "mostSuspicious"];
    private static readonly string[] _ofTheMethod = ["default", "allowed"];
    private static readonly string[] _ofThisMachine = ["os", "processor", "cores", "threads", "dotnet", "tessar"];

    public static string Of(JsonElement element, string folder) =>
        Scrub(JsonNode.Parse(element.GetRawText())!, string.Empty, folder)!.ToJsonString(_indented);

    private static JsonNode? Scrub(JsonNode? node, string name, string folder) => node switch
    {
        _ when _ofThisMachine.Contains(name, StringComparer.Ordinal) => "{machine}",
        _ when _ofTheMethod.Contains(name, StringComparer.Ordinal) => "{method}",
        JsonObject o when name == "options" => new JsonArray([.. o.Select(option => (JsonNode)option.Key)]),
        JsonValue when name is "answers" => "{answers}", // logits, whose last digits differ from machine to machine
        JsonObject { Count: 2 } o when name is "metrics" && o.ContainsKey("bytes") =>
            "{metrics}", // as long as the flushes were many
        JsonObject o => new JsonObject(o.Select(entry => KeyValuePair.Create(entry.Key, Scrub(entry.Value, entry.Key, folder)))),
        JsonArray list when _rankings.Contains(name, StringComparer.Ordinal) =>
            new JsonArray([.. list[0]!.AsObject().Select(field => (JsonNode)field.Key)
                .Where(field => field.ToString() != "trueLabel")]),
        JsonArray { Count: > 1 } list => new JsonArray(Scrub(list[0], name, folder), $"{list.Count - 1} more"),
        JsonArray list => new JsonArray([.. list.Select(item => Scrub(item, name, folder))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>(), folder),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number =>
            value.ToJsonString().AsSpan().ContainsAny('.', 'E', 'e') || Measured().IsMatch(name) ? 0.5 : value.DeepClone(),
        _ => node?.DeepClone(),
    };

    private static string Text(string text, string folder)
    {
        string known = text.Replace(folder, "{folder}", StringComparison.Ordinal)
            .Replace(Repository.Root, "{repository}", StringComparison.Ordinal);
        return Moment().Replace(Hash().Replace(known, "{hash}"), "{moment}");
    }

    [GeneratedRegex(
        "second|loss|accuracy|auroc|found|mean|std|damping|gradientCheck|peakBytes|examplesComputed",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Measured();

    [GeneratedRegex(
        @"\b[0-9a-f]{64}\b|(?<=/|segment-)[0-9a-f]{16}\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hash();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Moment();
}
