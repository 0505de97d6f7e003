using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>A result under a run, found by its result.json.</summary>
internal sealed record RecordedResult
{
    /// <summary>`data/trak`, `predictions`: the path below `results` without range and key.</summary>
    public required string Method { get; init; }

    /// <summary>Full path of the folder of its result.json.</summary>
    public required string Directory { get; init; }

    /// <summary>When it was made, as its result.json says.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The results of a run, the newest first.</summary>
    public static IReadOnlyList<RecordedResult> Of(Run run)
    {
        string folder = Path.Combine(run.Directory, "results");
        if (!System.IO.Directory.Exists(folder))
            return [];
        return
        [
            .. System.IO.Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories)
                .Select(file => Read(folder, file)).OrderByDescending(result => result.Created).ThenBy(result => result.Directory, StringComparer.Ordinal),
        ];
    }

    private static RecordedResult Read(string results, string file)
    {
        string directory = Path.GetDirectoryName(file)!;
        string[] parts = Path.GetRelativePath(results, directory).Split(Path.DirectorySeparatorChar);
        using JsonDocument document = Parse(file);
        JsonElement root = document.RootElement;
        return new RecordedResult
        {
            Method = root.TryGetProperty("method", out JsonElement method) ? method.ToString() : string.Join('/', parts.Take(parts[0] == "predictions" ? 1 : 2)),
            Directory = directory,
            Created = root.TryGetProperty("created", out JsonElement created) && created.TryGetDateTimeOffset(out DateTimeOffset moment) ? moment : null,
        };
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException error)
        {
            throw new FileFormatException(
                file, error.BytePositionInLine, "a result in JSON", error.Message, "Delete its folder and compute the result again.", error);
        }
    }
}
