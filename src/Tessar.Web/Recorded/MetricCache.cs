using System.Collections.Concurrent;
using Tessar.Runs;

namespace Tessar.Web.Recorded;

/// <summary>Keeps the metrics of the runs looked at last, because zooming asks for the same file again and again.</summary>
internal sealed class MetricCache
{
    /// <summary>What is drawn, by the names of the metric file.</summary>
    public static readonly (string Name, Func<MetricRow, double?> Value)[] Columns =
    [
        ("train/loss", row => row.TrainLoss),
        ("train/accuracy", row => row.TrainAccuracy),
        ("test/loss", row => row.TestLoss),
        ("test/accuracy", row => row.TestAccuracy),
        ("learning-rate", row => row.LearningRate),
    ];

    /// <summary>What a run has to draw: these, and what else its task measures.</summary>
    public static IEnumerable<(string Name, Func<MetricRow, double?> Value)> ColumnsOf(IReadOnlyList<MetricRow> rows) =>
        Columns.Concat(rows.SelectMany(row => row.Others?.Keys ?? []).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select(name => (name, new Func<MetricRow, double?>(row =>
                row.Others is { } others && others.TryGetValue(name, out double value) ? value : null))));

    private const int MostRuns = 16;
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="FileFormatException">The metric file is damaged.</exception>
    public IReadOnlyList<MetricRow> Read(Run run)
    {
        var file = new FileInfo(run.MetricsPath);
        if (!file.Exists)
            return [];
        (long length, DateTime written) = (file.Length, file.LastWriteTimeUtc);
        if (_entries.TryGetValue(run.MetricsPath, out Entry? entry) && entry.Length == length && entry.Written == written)
            return entry.Rows;
        IReadOnlyList<MetricRow> rows = run.ReadMetrics();
        if (_entries.Count >= MostRuns)
            _entries.Clear();
        _entries[run.MetricsPath] = new Entry(length, written, rows);
        return rows;
    }

    /// <summary>The value, or null where JSON has no word for it: it isn't finite.</summary>
    public static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private sealed record Entry(long Length, DateTime Written, IReadOnlyList<MetricRow> Rows);
}
