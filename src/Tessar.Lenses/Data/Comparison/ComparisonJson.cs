using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>
/// How the answers of this folder become JSON: camelCase, indented, numbers as numbers, absent values left out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CompareAnswer))]
internal sealed partial class ComparisonJson : JsonSerializerContext
{
    /// <summary>The context to write with: text stays readable, since nothing here is pasted into HTML.</summary>
    public static ComparisonJson Printing => field ??=
        new ComparisonJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
