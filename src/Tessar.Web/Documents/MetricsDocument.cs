namespace Tessar.Web.Documents;

/// <summary>
/// `/api/runs/{run}/metrics`: curves over steps, thinned to the extremes where there are too many points to see.
/// </summary>
internal sealed record MetricsDocument : Document
{
    public required string Run { get; init; }

    /// <summary>First and last step recorded, whatever part was asked for; 0 without rows.</summary>
    public required long FirstStep { get; init; }

    public required long LastStep { get; init; }

    /// <summary>Rows recorded.</summary>
    public required int Rows { get; init; }

    /// <summary>Whether some series lacks points that were recorded in the range.</summary>
    public required bool IsThinned { get; init; }

    /// <summary>The last step recorded of each epoch that another one followed, and the last step of all.</summary>
    public required IReadOnlyList<long> EpochEnds { get; init; }

    public required IReadOnlyList<MetricSeries> Series { get; init; }
}

/// <summary>One curve. A value is null where the recorded one isn't finite.</summary>
/// <param name="Name">Column of the metric file, such as <c>train/loss</c>.</param>
/// <param name="Steps">Steps, not decreasing.</param>
/// <param name="Values">A value per step.</param>
/// <param name="Count">Values recorded in the range.</param>
/// <param name="NonFinite">Those of them that aren't finite.</param>
internal sealed record MetricSeries(
    string Name, IReadOnlyList<long> Steps, IReadOnlyList<double?> Values, int Count, int NonFinite);

/// <summary>
/// `/api/runs/{run}/metrics/rows`: some rows, exactly as recorded; null for a value that is missing or not finite.
/// </summary>
internal sealed record MetricRowsDocument(
    string Run, IReadOnlyList<string> Columns, int Total, int First, IReadOnlyList<IReadOnlyList<double?>> Rows) : Document;
