using System.Text.Json.Serialization;

namespace Tessar.Web.Jobs;

/// <summary>How the documents of jobs are written and what is posted is read. `web/src/jobs/documents.ts` mirrors them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(JobsDocument))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(JobErrorLine))]
internal sealed partial class JobJsonContext : JsonSerializerContext;

/// <summary>
/// A line of standard error that tells progress: <c>{"progress":{"stage":"Gradients","done":3,"total":10,"unit":"examples"}}</c>.
/// </summary>
internal sealed record ProgressLine(JobProgress? Progress);

/// <summary>
/// A line of standard error that tells why the process ends:
/// <c>{"error":{"message":"…","remedies":[{"kind":"SetMethodOption","name":"damping","value":"1"}]}}</c>.
/// </summary>
internal sealed record JobErrorLine(JobError? Error);

/// <summary>Why a process ends, as data.</summary>
/// <param name="Message">What is wrong and what is required.</param>
/// <param name="Remedies">What can be done, the best first.</param>
internal sealed record JobError(
    [property: JsonRequired] string Message, [property: JsonRequired] IReadOnlyList<Remedy> Remedies);
