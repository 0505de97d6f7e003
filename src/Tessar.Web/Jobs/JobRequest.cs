using System.Text.Json.Serialization;

namespace Tessar.Web.Jobs;

/// <summary>What a job is to compute: one method, for one run and some targets.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Method">The method's name: <c>data/trak</c>.</param>
/// <param name="Targets">
/// What it is to answer for: <c>test:0-99</c>; null for a lens that is asked about the run as a whole.
/// </param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record JobRequest(
    [property: JsonRequired] string Run, [property: JsonRequired] string Method, string? Targets = null);
