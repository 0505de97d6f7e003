using Tessar.Web.Documents;
using Tessar.Web.Jobs;

namespace Tessar.Web.Lenses.Data;

/// <summary>
/// `/api/runs/{run}/lenses/data/example/{split}/{index}`: the training examples behind one, and for one of them the targets it is
/// behind.
/// </summary>
internal sealed record InfluencesDocument : Document
{
    public required string Run { get; init; }

    public required string Split { get; init; }

    public required int Index { get; init; }

    public TargetAttribution? Attribution { get; init; }

    /// <summary>Why there is no attribution, or null.</summary>
    public Problem? AttributionProblem { get; init; }

    /// <summary>What to ask the server for so that there is one; null when there is one, or jobs can't be started.</summary>
    public JobRequest? Compute { get; init; }

    /// <summary>Methods whose results cover this example, newest first.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>For a training example: the targets in whose lists it stands.</summary>
    public ExampleReach? Reach { get; init; }
}
