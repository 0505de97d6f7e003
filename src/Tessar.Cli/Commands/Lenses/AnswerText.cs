using System.Text.Json;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>An answer of any shape as lines for people: one per field, lists shortened.</summary>
internal static class AnswerText
{
    private const int Shown = 8;

    /// <summary>Names and values, nested ones by path.</summary>
    public static IEnumerable<(string Name, string Value)> Lines(JsonElement answer, string prefix = "")
    {
        if (answer.ValueKind != JsonValueKind.Object)
        {
            yield return (prefix.Length == 0 ? "answer" : prefix, Text(answer));
            yield break;
        }

        foreach (JsonProperty field in answer.EnumerateObject().Where(field => prefix.Length > 0 || field.Name != "schema"))
        {
            string name = prefix.Length == 0 ? field.Name : $"{prefix}.{field.Name}";
            if (field.Value.ValueKind == JsonValueKind.Object)
            {
                foreach ((string, string) line in Lines(field.Value, name))
                    yield return line;
            }
            else
            {
                yield return (name, Text(field.Value));
            }
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? string.Join(", ", value.EnumerateArray().Take(Shown).Select(Text))
        + (value.GetArrayLength() > Shown ? $", … ({value.GetArrayLength()} in all)" : string.Empty)
        : value.ToString();
}
