using System.Text.Json.Serialization;

namespace Tessar.Web.Jobs;

/// <summary>How the documents of jobs are written and what is posted is read. `web/src/jobs/documents.ts` mirrors them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(JobsDocument))]
[JsonSerializable(typeof(ProgressLine))]
internal sealed partial class JobJson : JsonSerializerContext;

/// <summary>
/// A line of standard error that tells progress: <c>{"progress":{"stage":"Gradients","done":3,"total":10,"unit":"examples"}}</c>.
/// </summary>
internal sealed record ProgressLine(JobProgress? Progress);
