using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Training;

/// <summary>What differs between the program that is asked for and the one that was run.</summary>
internal static class ProgramDifferences
{
    /// <summary>One clause per part that differs: "epochs is 5, asked for is 6".</summary>
    /// <remarks>The number of parameters follows from the model and isn't compared.</remarks>
    public static IReadOnlyList<string> Between(TrainingProgram asked, TrainingProgram recorded)
    {
        JsonElement found = Json(recorded);
        return
        [
            .. Json(asked with { Parameters = recorded.Parameters }).EnumerateObject()
                .Select(part => (part.Name, Asked: part.Value.GetRawText(), Found: found.GetProperty(part.Name).GetRawText()))
                .Where(part => part.Asked != part.Found)
                .Select(part => $"{part.Name} is {part.Found}, asked for is {part.Asked}"),
        ];
    }

    private static JsonElement Json(TrainingProgram program) =>
        JsonSerializer.SerializeToElement(program, RunJson.Compact.TrainingProgram);
}
