using System.Text.Json.Serialization;

namespace Tessar.Web.Documents;

/// <summary>How documents are written: camelCase, generated at compile time. `web/src/api/documents.ts` mirrors them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RunsDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(MetricsDocument))]
[JsonSerializable(typeof(MetricRowsDocument))]
[JsonSerializable(typeof(ExampleDocument))]
[JsonSerializable(typeof(MistakesDocument))]
internal sealed partial class WebJson : JsonSerializerContext;
