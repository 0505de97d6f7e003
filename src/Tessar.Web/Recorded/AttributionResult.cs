using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Web.Recorded;

/// <summary>A recorded result of the Data lens: for each target its strongest proponents and opponents. Read without libtorch.</summary>
internal sealed class AttributionResult
{
    private readonly string directory;

    private AttributionResult(string directory, AttributionHeader header, ExampleRange train, ExampleRange targets)
    {
        this.directory = directory;
        Header = header;
        Train = train;
        Targets = targets;
    }

    public AttributionHeader Header { get; }

    public ExampleRange Train { get; }

    public ExampleRange Targets { get; }

    /// <summary>The results of a run, newest first; those that can't be read are handed to <paramref name="onDamage"/>.</summary>
    public static IReadOnlyList<AttributionResult> Of(Run run, Action<TessarException>? onDamage = null)
    {
        string folder = Path.Combine(run.Directory, "results", "data");
        if (!Directory.Exists(folder))
            return [];
        var results = new List<AttributionResult>();
        foreach (string file in Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories))
        {
            try
            {
                results.Add(Read(file));
            }
            catch (TessarException error)
            {
                onDamage?.Invoke(error);
            }
        }

        return [.. results.OrderByDescending(result => result.Header.Created).ThenBy(result => result.directory, StringComparer.Ordinal)];
    }

    /// <summary>Why the result no longer fits the run, as a sentence; null when it does.</summary>
    public string? Staleness(Run run)
    {
        if (Header.DataIdentity != run.Record.Program.Data.Identity)
            return "it was computed for other data than the run records.";
        foreach (Checkpoint used in Header.Checkpoints)
        {
            if (!run.Checkpoints.Any(checkpoint => checkpoint.Sha256 == used.Sha256))
                return $"the run no longer has the weights of step {used.Step} it was computed from.";
        }

        return null;
    }

    /// <summary>The list of one target, strongest first.</summary>
    /// <param name="index">The target's index within its split, covered by <see cref="Targets"/>.</param>
    /// <param name="array"><c>proponents</c> or <c>opponents</c>.</param>
    /// <exception cref="FileFormatException">The array file is damaged or doesn't fit the header.</exception>
    public IReadOnlyList<(int Index, float Score)> List(int index, string array)
    {
        using SafetensorsFile file = OpenArrays();
        (int[] indices, float[] scores, int top) = ReadLists(file, array);
        var list = new List<(int, float)>(top);
        for (int place = (index - Targets.First) * top; list.Count < top && place < indices.Length; place++)
        {
            if (indices[place] < 0)
                break;
            list.Add((Train.First + indices[place], scores[place]));
        }

        return list;
    }

    /// <summary>The targets in whose lists a training example stands, strongest first.</summary>
    /// <param name="index">The training example's index within its split.</param>
    /// <param name="array"><c>proponents</c> or <c>opponents</c>.</param>
    /// <exception cref="FileFormatException">The array file is damaged or doesn't fit the header.</exception>
    public IReadOnlyList<(int Index, float Score)> Reached(int index, string array)
    {
        using SafetensorsFile file = OpenArrays();
        (int[] indices, float[] scores, int top) = ReadLists(file, array);
        var reached = new List<(int Index, float Score)>();
        for (int place = 0; place < indices.Length; place++)
        {
            if (indices[place] == index - Train.First)
                reached.Add((Targets.First + place / top, scores[place]));
        }

        return [.. reached.OrderByDescending(target => Math.Abs(target.Score)).ThenBy(target => target.Index)];
    }

    /// <summary>Place of a training example by suspicion, from 1; null when the result holds none.</summary>
    /// <param name="index">The training example's index within its split.</param>
    /// <exception cref="FileFormatException">The array file is damaged or doesn't fit the header.</exception>
    public int? SuspicionRank(int index)
    {
        using SafetensorsFile file = OpenArrays();
        if (!file.TryGet("suspicion", out _))
            return null;
        float[] suspicion = file.ReadSingles("suspicion");
        if (suspicion.Length != Train.Count)
            throw Refuse(file.Path, $"`suspicion` with {Train.Count} numbers", $"{suspicion.Length}");
        float own = suspicion[index - Train.First];
        return 1 + suspicion.Count(other => other > own);
    }

    private static AttributionResult Read(string file)
    {
        AttributionHeader header;
        try
        {
            header = JsonSerializer.Deserialize(File.ReadAllBytes(file), AttributionJson.Default.AttributionHeader)
                ?? throw new JsonException("null instead of an object");
        }
        catch (JsonException error)
        {
            throw Refuse(file, "the JSON of an attribution", error.Message, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refuse(file, "a readable file", error.Message, error);
        }

        if (header.Schema != AttributionHeader.NewestSchema)
            throw Refuse(file, $"schema {AttributionHeader.NewestSchema}", $"schema {header.Schema}, written by another version of Tessar");
        if (!ExampleRange.TryParse(header.Train, out ExampleRange train))
            throw Refuse(file, "a range of training examples such as `train:0-9999`", $"`{header.Train}`");
        if (!ExampleRange.TryParse(header.Targets, out ExampleRange targets))
            throw Refuse(file, "a range of targets such as `test:0-1999`", $"`{header.Targets}`");
        if (header.Arrays != Path.GetFileName(header.Arrays))
            throw Refuse(file, "the name of an array file beside it", $"`{header.Arrays}`");
        return new AttributionResult(Path.GetDirectoryName(file)!, header, train, targets);
    }

    private SafetensorsFile OpenArrays() => SafetensorsFile.Open(Path.Combine(directory, Header.Arrays));

    private (int[] Indices, float[] Scores, int Top) ReadLists(SafetensorsFile file, string array)
    {
        int[] indices = file.ReadInt32s(array);
        float[] scores = file.ReadSingles($"{array[..^1]}Scores");
        int top = indices.Length / Targets.Count;
        if (top * Targets.Count != indices.Length || scores.Length != indices.Length)
            throw Refuse(file.Path, $"`{array}` and its scores of shape [{Targets.Count}, top]", $"{indices.Length} and {scores.Length} numbers");
        if (Array.Find(indices, index => index >= Train.Count) is not 0 and var wrong)
            throw Refuse(file.Path, $"training examples below {Train.Count} in `{array}`", $"{wrong}");
        return (indices, scores, top);
    }

    private static FileFormatException Refuse(string path, string expected, string found, Exception? inner = null) =>
        new(path, null, expected, found, "Remove its folder and compute the result again.", inner);
}

/// <summary>The part of an attribution's <c>result.json</c> that pages show.</summary>
internal sealed record AttributionHeader
{
    public const int NewestSchema = 1;

    public required int Schema { get; init; }

    /// <summary>Such as <c>data/trak</c>.</summary>
    public required string Method { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required IReadOnlyList<Checkpoint> Checkpoints { get; init; }

    public required string DataIdentity { get; init; }

    public required string Train { get; init; }

    public required string Targets { get; init; }

    public required string Sign { get; init; }

    public required int Top { get; init; }

    public double? SecondsFeatures { get; init; }

    public double? SecondsScoring { get; init; }

    public required string Arrays { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AttributionHeader))]
internal sealed partial class AttributionJson : JsonSerializerContext;
