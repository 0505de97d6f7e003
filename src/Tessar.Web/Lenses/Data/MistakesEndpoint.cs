using Tessar.Runs;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Lenses.Data;

/// <summary>The wrongly classified examples of a split, the most confident first.</summary>
/// <remarks>Query: <c>split</c>, by default the test set's; <c>top</c> so many of them.</remarks>
[Address("/api/runs/{run}/lenses/data/mistakes")]
internal sealed class MistakesEndpoint(RunsFolder runs) : IReadEndpoint
{
    private const int MostMistakes = 1000;

    public Content Read(ApiRequest request)
    {
        int top = request.Query("top", 24, 1, MostMistakes);
        Run run = runs.Open(request.Text("run"));
        string split = request.Query("split") ?? "test";
        RecordedPredictions predictions = RecordedPredictions.Find(run, split)
            ?? throw new ProblemException(RecordedPredictions.Missing(runs, run, split, index: null));
        using RunExamples examples = RunExamples.Open(run);
        IReadOnlyList<RankedMistake> mistakes = predictions.Mistakes(examples);
        var document = new MistakesDocument(
            run.Name, split, predictions.Count, mistakes.Count, run.Record.Classes,
            [.. mistakes.Take(top).Select(mistake => new MispredictionEntry(
                mistake.Index, mistake.Label, mistake.Predicted, mistake.Confidence, examples.Image(split, mistake.Index)))]);
        return Content.Of(document, DataLensJson.Default.MistakesDocument);
    }
}
