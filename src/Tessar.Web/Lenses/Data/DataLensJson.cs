using System.Text.Json.Serialization;

namespace Tessar.Web.Lenses.Data;

/// <summary>How the documents of the Data lens are written. `web/src/lenses/data/documents.ts` mirrors them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InfluencesDocument))]
[JsonSerializable(typeof(MistakesDocument))]
internal sealed partial class DataLensJson : JsonSerializerContext;
