using System.Text.Json.Serialization;
using Tessar.Web.Documents;

namespace Tessar.Web.Jobs;

/// <summary>`/api/jobs/{id}`, and each event of `/api/jobs/{id}/events`: how far a job has come.</summary>
internal sealed record JobDocument : Document
{
    public required string Id { get; init; }

    public required JobRequest Request { get; init; }

    /// <summary>The command that does the same.</summary>
    public required string Command { get; init; }

    /// <summary>
    /// <c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>; the last three are final.
    /// </summary>
    public required JobState State { get; init; }

    /// <summary>The last thing that the job said of its progress; null before the first.</summary>
    public JobProgress? Progress { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Finished { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public Problem? Problem { get; init; }
}

/// <summary>How far the work has come.</summary>
/// <param name="Stage">What is being done: <c>Gradients</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units there are; 0 when not known.</param>
/// <param name="Unit">What is counted, in the plural: <c>examples</c>.</param>
/// <param name="Detail">A short extra, or null.</param>
internal sealed record JobProgress(string Stage, long Done, long Total, string Unit, string? Detail);

/// <summary>`/api/jobs`: the jobs of this start of the server, the newest first.</summary>
/// <param name="IsAvailable">Whether jobs can be started.</param>
/// <param name="Jobs">All that are queued or running, and those that ended last.</param>
internal sealed record JobsDocument(bool IsAvailable, IReadOnlyList<JobDocument> Jobs) : Document;

/// <summary>States of a job.</summary>
internal enum JobState
{
    /// <summary>It waits for others.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>Its process computes.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Its result is there.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>An error ended it.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It was cancelled, or the server was stopped.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}
