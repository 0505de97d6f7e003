using System.Globalization;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>One example: labels, prediction, and the way on.</summary>
[Address("/api/runs/{run}/example/{split}/{index}")]
internal sealed class ExampleEndpoint(RunsFolder runs) : IReadEndpoint
{
    public Content Read(ApiRequest request)
    {
        string split = request.Text("split");
        int index = request.Index("index");
        Run run = runs.Open(request.Text("run"));
        using RunExamples examples = RunExamples.Open(run);
        ExampleSet one = examples.One(split, index);
        int label = one.Label(0);

        (RecordedPredictions? predictions, Problem? predictionProblem) = FindPredictions(run, split, index);
        var document = new ExampleDocument
        {
            Run = run.Name,
            Split = split,
            Index = index,
            Count = examples.Store.Split(split).Count,
            Id = examples.Store.IdOf(one.Row(0)).ToString(CultureInfo.InvariantCulture),
            Classes = run.Record.Classes,
            Image = examples.Image(split, index),
            Label = label,
            StoredLabel = one.StoredLabel(0),
            IsPlanted = label != one.StoredLabel(0),
            Prediction = predictions is null ? null : PredictionOf(predictions, index, label),
            PredictionProblem = predictionProblem,
            Navigation = NavigationOf(examples, predictions, split, index),
        };
        return Content.Of(document, WebJson.Default.ExampleDocument);
    }

    private (RecordedPredictions?, Problem?) FindPredictions(Run run, string split, int index)
    {
        try
        {
            return RecordedPredictions.Find(run, split, index) is { } found
                ? (found, null) : (null, RecordedPredictions.Missing(runs, run, split, index));
        }
        catch (TessarException error)
        {
            return (null, Problems.Of(error, runs.ProgramName));
        }
    }

    private static Prediction PredictionOf(RecordedPredictions predictions, int index, int label)
    {
        double[] probabilities = predictions.Probabilities(index);
        int predicted = predictions.Predicted(index);
        return new Prediction(probabilities, predicted, probabilities[predicted], predicted == label);
    }

    private static Navigation NavigationOf(RunExamples examples, RecordedPredictions? predictions, string split, int index)
    {
        int? previous = index > 0 ? index - 1 : null;
        int? next = index + 1 < examples.Store.Split(split).Count ? index + 1 : null;
        RankedMistake[] mistakes = predictions is null ? [] : [.. predictions.Mistakes(examples)];
        int place = Array.FindIndex(mistakes, mistake => mistake.Index == index);
        return new Navigation(
            previous, next, mistakes.Length, place < 0 ? null : place + 1,
            place > 0 ? mistakes[place - 1].Index : null,
            place + 1 < mistakes.Length ? mistakes[place + 1].Index : null);
    }
}
