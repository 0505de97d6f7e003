using System.Text.Json.Serialization;

namespace Tessar.Web.Documents;

/// <summary>How the documents that belong to no lens are written. `web/src/api/documents.ts` mirrors them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RunsDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(MetricsDocument))]
[JsonSerializable(typeof(MetricRowsDocument))]
[JsonSerializable(typeof(ExampleDocument))]
[JsonSerializable(typeof(ResultsDocument))]
[JsonSerializable(typeof(ResultDetailDocument))]
internal sealed partial class WebJson : JsonSerializerContext;
