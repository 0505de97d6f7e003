using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// How the answers of this folder become JSON: camelCase, indented, numbers as numbers, absent values left out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BrittlenessAnswer))]
[JsonSerializable(typeof(LooAnswer))]
[JsonSerializable(typeof(RemovalAnswer))]
internal sealed partial class RemovalJson : JsonSerializerContext
{
    /// <summary>The context to write with: text stays readable, since nothing here is pasted into HTML.</summary>
    public static RemovalJson Printing => field ??=
        new RemovalJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
