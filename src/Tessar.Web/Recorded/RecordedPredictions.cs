using Microsoft.AspNetCore.Http;
using Tessar.Runs;
using Tessar.Web.Documents;

namespace Tessar.Web.Recorded;

/// <summary>Recorded predictions of a split, with their mistakes ranked by confidence.</summary>
internal sealed class RecordedPredictions
{
    private readonly Predictions _predictions;
    private readonly ExampleRange _range;

    private RecordedPredictions(Predictions predictions, ExampleRange range)
    {
        _predictions = predictions;
        _range = range;
    }

    public int Count => _predictions.Count;

    /// <summary>
    /// Predictions of the newest weights for a split: of the run's own set if there are any, otherwise of the widest range.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="split">The split.</param>
    /// <param name="index">An example that has to be covered; null for any.</param>
    /// <returns>The predictions, or null when there are none.</returns>
    /// <exception cref="TessarException">The files are damaged.</exception>
    public static RecordedPredictions? Find(Run run, string split, int? index = null) =>
        Ranges(run, split)
            .Where(range => index is not { } example || range.Covers(split, example))
            .Select(range => Predictions.TryOpen(run, range.ToString()) is { } found && found.Count == range.Count
                ? new RecordedPredictions(found, range) : null)
            .FirstOrDefault(found => found is not null);

    /// <summary>
    /// The ranges of a split for which there are, or once were, predictions: the run's own first, then the widest.
    /// </summary>
    public static IEnumerable<ExampleRange> Ranges(Run run, string split)
    {
        string[] own = [run.Record.Program.Data.Test, run.Record.Program.Data.Train];
        return Predictions.RangesOf(run).Where(range => range.StartsWith(split + "-", StringComparison.Ordinal))
            .Select(range => range[split.Length..].TrimStart('-'))
            .Select(ends => ExampleRange.TryParse($"{split}:{ends}", out ExampleRange range) ? range : default)
            .Where(range => range.Split == split)
            .OrderByDescending(range => own.Contains(range.ToString(), StringComparer.Ordinal))
            .ThenByDescending(range => range.Count);
    }

    /// <summary>What to tell when nothing says what the network makes of a split, or of one example in it.</summary>
    public static Problem Missing(RunsFolder runs, Run run, string split, int? index)
    {
        DataReference data = run.Record.Program.Data;
        string wanted = new[] { data.Test, data.Train }.FirstOrDefault(
            own =>
                ExampleRange.TryParse(own, out ExampleRange parsed) && parsed.Split == split
                    && (index is not { } i || parsed.Covers(split, i)))
            ?? (index is { } example ? FormattableString.Invariant($"{split}:{example}") : split);
        string[] recorded = [.. Ranges(run, split).Select(found => found.ToString())];
        string cause = recorded.Length == 0
            ? $"No predictions for {split} are recorded with this run."
            : index is null ? $"Those recorded, for {string.Join(", ", recorded)}, belong to earlier weights."
            : $"Those recorded, for {string.Join(", ", recorded)}, don't cover it or belong to earlier weights.";
        return new Problem(
            StatusCodes.Status404NotFound, "predictions-missing", "The network hasn't been asked about this yet.", cause,
            "Ask it:", runs.Command($"predict {run.Name} --targets {wanted}"));
    }

    /// <param name="index">Index within the split.</param>
    public double[] Probabilities(int index) => _predictions.Probabilities(index - _range.First);

    /// <param name="index">Index within the split.</param>
    public int Predicted(int index) => _predictions.Predicted(index - _range.First);

    /// <summary>The wrongly classified examples of the range, the most confident first.</summary>
    /// <param name="examples">The run's examples.</param>
    public IReadOnlyList<RankedMistake> Mistakes(RunExamples examples)
    {
        var mistakes = new List<RankedMistake>();
        for (int index = _range.First; index <= _range.Last; index++)
        {
            int predicted = Predicted(index);
            int label = examples.Label(_range.Split, index);
            if (predicted != label)
                mistakes.Add(new RankedMistake(index, label, predicted, Probabilities(index)[predicted]));
        }

        return [.. mistakes.OrderByDescending(mistake => mistake.Confidence).ThenBy(mistake => mistake.Index)];
    }
}

/// <summary>
/// A wrongly classified example: its index within the split, its label, the class predicted instead and its probability.
/// </summary>
internal readonly record struct RankedMistake(int Index, int Label, int Predicted, double Confidence);
