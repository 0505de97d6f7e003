using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Training;

/// <summary>What differs between the program that is asked for and the one that was run.</summary>
internal static class ProgramDifferences
{
    /// <summary>One clause per part that differs: "epochs is 5, asked for is 6".</summary>
    /// <remarks>The number of parameters and how the model is fed follow from the model and aren't compared.</remarks>
    public static IReadOnlyList<string> Between(TrainingProgram asked, TrainingProgram recorded)
    {
        JsonElement found = Json(recorded), wanted = Json(asked with { Parameters = recorded.Parameters, Feed = recorded.Feed });
        return
        [
            .. wanted.EnumerateObject().Concat(found.EnumerateObject()).Select(part => part.Name).Distinct(StringComparer.Ordinal)
                .Select(name => (Name: name, Asked: Text(wanted, name), Found: Text(found, name)))
                .Where(part => part.Asked != part.Found)
                .Select(part => $"{part.Name} is {part.Found}, asked for is {part.Asked}"),
        ];
    }

    private static string Text(JsonElement program, string part) =>
        program.TryGetProperty(part, out JsonElement value) ? value.GetRawText() : "null";

    private static JsonElement Json(TrainingProgram program) =>
        JsonSerializer.SerializeToElement(program, RunJson.Compact.TrainingProgram);
}
