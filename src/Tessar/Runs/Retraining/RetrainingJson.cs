using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Inputs;

namespace Tessar.Runs.Retraining;

/// <summary>Reads and writes <c>retraining.json</c>.</summary>
internal static class RetrainingJson
{
    public const string FileName = "retraining.json";

    // What a folder is called after was hashed before inputs had kinds, and finds its trainings as long as the text stays.
    private static readonly RetrainingJsonContext _identity = new(new JsonSerializerOptions(
        RetrainingJsonContext.Default.Options)
    {
        Converters = { new EncodingConverter() }
    });

    /// <summary>What a retraining's answers depend on, as the text that its folder is called after.</summary>
    public static string Text(RetrainingIdentity identity) => JsonSerializer.Serialize(identity, _identity.RetrainingIdentity);

    /// <summary>The record without what changes while it is carried out, as text: two requests are the same if this is.</summary>
    public static string Essence(RetrainingRecord record) => JsonSerializer.Serialize(
        record with
        {
            Schema = RetrainingRecord.CurrentSchema,
            Created = default,
            Finished = null,
            Failed = [],
            Masks = 0,
            Versions = new(string.Empty, string.Empty, string.Empty, string.Empty),
            Machine = new(string.Empty, string.Empty, 0, 1)
        },
        RetrainingJsonContext.Default.RetrainingRecord);

    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void Write(string path, RetrainingRecord record) =>
        SealedJson.Write(path, JsonSerializer.Serialize(record, RetrainingJsonContext.Default.RetrainingRecord) + "\n");

    /// <exception cref="FileFormatException">It isn't the JSON of a retraining, or contradicts itself.</exception>
    /// <exception cref="TessarException">It is missing or can't be read.</exception>
    public static RetrainingRecord Read(string path)
    {
        try
        {
            byte[] json = File.ReadAllBytes(path);
            SealedJson.Check(path, json, "Restore the file from a copy, or retrain under another name.");
            RetrainingRecord record = JsonSerializer.Deserialize(
                EarlierInput.Upgrade(json), RetrainingJsonContext.Default.RetrainingRecord)
                ?? throw new JsonException("null instead of an object");
            return Objection(record) is var (expected, found) ? throw Refuse(path, expected, found) : record;
        }
        catch (JsonException e)
        {
            throw Refuse(path, "the JSON of a retraining", e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"`{path}` can't be read: {e.Message.TrimEnd('.')}. A retraining makes such a folder.", ErrorKind.InputData, e)
            {
                Remedies = [new(RemedyKind.Retrain)]
            };
        }
    }

    private static (string Expected, string Found)? Objection(RetrainingRecord record)
    {
        if (record.Schema is < 1 or > RetrainingRecord.CurrentSchema)
            return (
                $"a schema from 1 to {RetrainingRecord.CurrentSchema}",
                $"schema {record.Schema}, written by another version of Tessar");
        if (record.Masks < 1 || record.Repeats < 1 || (long)record.Masks * record.Repeats > int.MaxValue)
            return ("masks and repeats from 1 on, fewer than 2^31 trainings", $"{record.Masks} and {record.Repeats}");
        if (record.Program.Input.Objection is { } input)
            return ("an input that there can be", input);
        if (record.Classes.Count == 0)
            return ("the names of the classes", "none");
        if (record.Program is not { Epochs: >= 1, BatchSize: >= 1, Optimizer: not null, Schedule: not null })
            return ("a program with epochs, batchSize, optimizer and schedule", "one without");
        return record.Machine.Threads is < 1 or > 1024 ? ("from 1 to 1024 threads", $"{record.Machine.Threads}") : null;
    }

    private static FileFormatException Refuse(string path, string expected, string found, Exception? inner = null) =>
        new(path, null, expected, found, "Restore the file from a copy, or retrain under another name.", inner);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RetrainingRecord))]
[JsonSerializable(typeof(FailedTraining))]
[JsonSerializable(typeof(RetrainingIdentity))]
internal sealed partial class RetrainingJsonContext : JsonSerializerContext;
