using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Inputs;

namespace Tessar.Runs;

/// <summary>Reads and writes <c>run.json</c>. The file may come from anywhere: whatever it says is checked.</summary>
internal static class RunJson
{
    public const string FileName = "run.json";
    private const int FirstSealedSchema = 2;
    private const string Remedy = "Restore the file from a copy, or train again under another name.";

    /// <summary>The same JSON on one line.</summary>
    public static readonly RunJsonContext Compact = new(new JsonSerializerOptions(RunJsonContext.Default.Options)
    {
        WriteIndented = false
    });

    /// <summary>Replaces the file at once.</summary>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void Write(string path, RunRecord record) =>
        SealedJson.Write(path, JsonSerializer.Serialize(record, RunJsonContext.Default.RunRecord) + "\n");

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="FileFormatException">It isn't the JSON of a run, or contradicts itself.</exception>
    /// <exception cref="TessarException">It is missing or can't be read.</exception>
    public static RunRecord Read(string path)
    {
        byte[] json = ReadBytes(path), present = json;
        try
        {
            RefuseOtherSchema(path, json);
            JsonSeal seal = SealedJson.Check(path, json, Remedy);
            present = EarlierInput.Upgrade(json);
            RunRecord record = JsonSerializer.Deserialize(present, RunJsonContext.Default.RunRecord)
                ?? throw new JsonException("null instead of an object");
            if (seal == JsonSeal.None && record.Schema >= FirstSealedSchema)
                throw Refuse(path, null, "a checksum", "none");
            if (Contradiction(record) is var (expected, found))
                throw Refuse(path, null, expected, found);
            return record;
        }
        catch (JsonException e)
        {
            throw Refuse(path, present == json ? OffsetOf(json, e) : null, "the JSON of a run", e.Message, e);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"`{path}` can't be read: {e.Message.TrimEnd('.')}. A run is a folder with a run.json.",
                ErrorKind.InputData, e)
            { Remedies = [new(RemedyKind.ListRuns)] };
        }
    }

    // Before anything else is looked at: another version may have laid out everything differently.
    private static void RefuseOtherSchema(string path, byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("schema", out JsonElement schema)
            && schema.ValueKind == JsonValueKind.Number
            && !(schema.TryGetInt32(out int number) && number is >= 1 and <= RunRecord.CurrentSchema))
        {
            throw Refuse(
                path, null, $"a schema from 1 to {RunRecord.CurrentSchema}",
                $"schema {schema.GetRawText()}, written by another version of Tessar");
        }
    }

    /// <summary>The first thing in a record that can't be, as (expected, found); null when there is none.</summary>
    private static (string Expected, string Found)? Contradiction(RunRecord record)
    {
        if (RunNames.Objection(record.Name) is { } objection)
            return ("a run's name", $"`{record.Name}`, which {objection}");
        if (record.Classes.Count == 0 || record.Classes.Contains(null!, StringComparer.Ordinal))
            return ("the names of the classes", $"{record.Classes.Count} names, some of them null or none");
        if (record.Program.Input.Objection is { } input)
            return ("an input that there can be", input);
        if (record.Program is { Epochs: < 1 } or { BatchSize: < 1 } or { CheckpointEverySteps: < 1 })
            return ("epochs, batchSize and checkpointEverySteps from 1 on", "a smaller one");
        if (record.Program is { ClipNorm: not (null or (> 0 and < double.PositiveInfinity)) }
            or { LabelSmoothing: not (null or (>= 0 and < 1)) })
            return (
                "clipNorm above 0 and labelSmoothing in [0, 1)",
                string.Create(CultureInfo.InvariantCulture, $"{record.Program.ClipNorm} and {record.Program.LabelSmoothing}"));
        if (record.Program.WeightDecayOn is not (null or TrainingProgram.DecayAll or TrainingProgram.DecayWeights))
            return ("weightDecayOn all or weights", $"`{record.Program.WeightDecayOn}`");
        if (EpochCut.Objection(record.Program.LastBatch) is { } lastBatch)
            return ("lastBatch keep, drop or merge", lastBatch);
        if (record.Machine.Threads is < 1 or > 1024)
            return ("from 1 to 1024 threads", $"{record.Machine.Threads}");
        if (record.Program.Labels is { } labels && !IsInside(labels.File))
            return ("a file inside of the run's folder", $"`{labels.File}`");
        if (record.Program.Mask is { } mask && (!IsInside(mask.File) || mask.Examples < 1))
            return ("a mask inside of the run's folder that selects something", $"`{mask.File}` with {mask.Examples} examples");
        if (record.Identity is { } identity && IdentityObjection(identity) is { } foreign)
            return foreign;
        if (record.Metrics is { } metrics && (metrics.Bytes < 0 || !FileHash.IsHash(metrics.Sha256)))
            return ("the length and SHA-256 of the metric file", $"{metrics.Bytes} bytes and `{metrics.Sha256}`");
        return record.Checkpoints.Select(CheckpointObjection).FirstOrDefault(found => found is not null);
    }

    private static (string Expected, string Found)? CheckpointObjection(Checkpoint? checkpoint) => checkpoint switch
    {
        null => ("a checkpoint", "null"),
        { Step: < 0 } or { Epoch: < 0 } => ("a step and an epoch from 0 on", $"step {checkpoint.Step}, epoch {checkpoint.Epoch}"),
        _ when !IsInside(checkpoint.File) => ("a checkpoint inside of the run's folder", $"`{checkpoint.File}`"),
        _ when !FileHash.IsHash(checkpoint.Sha256) => ($"the SHA-256 of {checkpoint.File}", $"`{checkpoint.Sha256}`"),
        { OptimizerSha256: { } optimizer } when !FileHash.IsHash(optimizer) =>
            ($"the SHA-256 of the state beside {checkpoint.File}", $"`{optimizer}`"),
        { Answers: { } answers } when !ReferenceOutputs.IsValid(answers) =>
            ($"numbers as answers of {checkpoint.File}", $"`{answers}`"),
        _ => null,
    };

    private static (string Expected, string Found)? IdentityObjection(ModelIdentity identity) => identity switch
    {
        { Code: { Version: null, Assemblies: null or { Count: 0 } } } =>
            ("a version or assemblies as the model's code", "neither"),
        { Code.Assemblies: { } all } when all.Any(one => one is null || one.File.Length == 0 || !FileHash.IsHash(one.Sha256)) =>
            ("names and SHA-256 of the model's assemblies", "others"),
        { Inputs: { } inputs } when !IsInside(inputs.File) || !FileHash.IsHash(inputs.Sha256) =>
            ("reference inputs inside of the run's folder, and their SHA-256", $"`{inputs.File}` and `{inputs.Sha256}`"),
        _ => null,
    };

    // A run.json from a stranger must not make Tessar read elsewhere.
    private static bool IsInside(string file) =>
        file.Length > 0 && !Path.IsPathRooted(file) && !file.Contains('\0', StringComparison.Ordinal)
        && !file.Split('/', '\\').Contains("..", StringComparer.Ordinal);

    private static long? OffsetOf(byte[] json, JsonException e)
    {
        if (e is not { LineNumber: { } line, BytePositionInLine: { } column })
            return null;
        int start = 0;
        for (; line > 0; line--)
        {
            int length = json.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                return null;
            start += length + 1;
        }

        return start + column;
    }

    private static FileFormatException Refuse(
        string path, long? offset, string expected, string found, Exception? inner = null) =>
        new(path, offset, expected, found, Remedy, inner);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunRecord))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
