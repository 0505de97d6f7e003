using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Cli.Json;

/// <summary>
/// How the records of this folder become JSON: camelCase, indented, numbers as numbers, absent values left out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AttributeJson))]
[JsonSerializable(typeof(CompletionJson))]
[JsonSerializable(typeof(DemoJson))]
[JsonSerializable(typeof(DevDocsJson))]
[JsonSerializable(typeof(DevNewMethodJson))]
[JsonSerializable(typeof(ExamplesExportJson))]
[JsonSerializable(typeof(ExamplesJson))]
[JsonSerializable(typeof(ExamplesVerifyJson))]
[JsonSerializable(typeof(LensJson))]
[JsonSerializable(typeof(MethodsJson))]
[JsonSerializable(typeof(PredictJson))]
[JsonSerializable(typeof(ReplayJson))]
[JsonSerializable(typeof(RetrainJson))]
[JsonSerializable(typeof(RunsJson))]
[JsonSerializable(typeof(ServeJson))]
[JsonSerializable(typeof(ShowJson))]
[JsonSerializable(typeof(TrainJson))]
internal sealed partial class JsonOutput : JsonSerializerContext
{
    /// <summary>The context to print with: text stays readable, since nothing here is pasted into HTML.</summary>
    public static JsonOutput Printing => field ??=
        new JsonOutput(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>What every object begins with.</summary>
internal abstract record JsonResult
{
    /// <summary>Version of the object's shape; grows when a field changes its meaning or goes away.</summary>
    [JsonPropertyOrder(-1)]
    public int Schema { get; init; } = 1;
}
