using Microsoft.AspNetCore.Http;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>The wrongly classified examples of a split, the most confident first.</summary>
internal static class MistakesEndpoint
{
    private const int MostMistakes = 1000;

    /// <remarks>Query: <c>split</c>, by default the test set's; <c>top</c> so many of them.</remarks>
    public static MistakesDocument Read(RunsFolder runs, ApiRequest request)
    {
        int top = request.Query("top", 24, 1, MostMistakes);
        Run run = runs.Open(request.Text("run"));
        string split = request.Query("split") ?? "test";
        RecordedPredictions predictions = RecordedPredictions.Find(run, split) ?? throw new ProblemException(Missing(runs, run, split, null));
        using RunExamples examples = RunExamples.Open(run);
        IReadOnlyList<RankedMistake> mistakes = predictions.Mistakes(examples);
        return new MistakesDocument(
            run.Name, split, predictions.Count, mistakes.Count, run.Record.Classes,
            [.. mistakes.Take(top).Select(mistake => new Mistake(
                mistake.Index, mistake.Label, mistake.Predicted, mistake.Confidence, examples.Image(split, mistake.Index)))]);
    }

    /// <summary>What to tell when nothing says what the network makes of a split, or of one example in it.</summary>
    public static Problem Missing(RunsFolder runs, Run run, string split, int? index)
    {
        DataReference data = run.Record.Program.Data;
        string range = new[] { data.Test, data.Train }.FirstOrDefault(
            own => ExampleRange.TryParse(own, out ExampleRange parsed) && parsed.Split == split && (index is not { } i || parsed.Covers(split, i)))
            ?? (index is { } example ? FormattableString.Invariant($"{split}:{example}") : split);
        string[] recorded = [.. RecordedPredictions.Ranges(run, split).Select(found => found.ToString())];
        string cause = recorded.Length == 0
            ? $"No predictions for {split} are recorded with this run."
            : index is null ? $"Those recorded, for {string.Join(", ", recorded)}, belong to earlier weights."
            : $"Those recorded, for {string.Join(", ", recorded)}, don't cover it or belong to earlier weights.";
        return new Problem(
            StatusCodes.Status404NotFound, "predictions-missing", "The network hasn't been asked about this yet.", cause,
            "Ask it:", runs.Command($"predict {run.Name} --targets {range}"));
    }
}
