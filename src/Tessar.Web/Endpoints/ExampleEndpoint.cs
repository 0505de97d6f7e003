using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>One example: labels, prediction, the training examples behind it, and the way on.</summary>
internal static class ExampleEndpoint
{
    private const int MostReached = 24;

    /// <remarks>Query: <c>method</c>, the one whose newest result is shown; by default that of the newest result.</remarks>
    public static ExampleDocument Read(RunsFolder runs, ApiRequest request)
    {
        string split = request.Text("split");
        int index = request.Index("index");
        Run run = runs.Open(request.Text("run"));
        using RunExamples examples = RunExamples.Open(run);
        ExampleSet one = examples.One(split, index);
        int label = one.Label(0);

        (RecordedPredictions? predictions, Problem? predictionProblem) = FindPredictions(runs, run, split, index);
        var damage = new List<TessarException>();
        AttributionResult[] results = [.. AttributionResult.Of(run, damage.Add)];
        AttributionResult[] covering = [.. results.Where(result => result.Targets.Covers(split, index))];
        string? method = request.Query("method");
        AttributionResult? chosen = Array.Find(covering, result => method is null || result.Header.Method == method);
        AttributionResult? reaching = Array.Find(results, result => result.Train.Covers(split, index) && (method is null || result.Header.Method == method));
        return new ExampleDocument
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
            SuspicionRank = reaching?.SuspicionRank(index),
            Prediction = predictions is null ? null : PredictionOf(predictions, index, label),
            PredictionProblem = predictionProblem,
            Attribution = chosen is null ? null : AttributionOf(runs, run, examples, chosen, index, label),
            AttributionProblem = chosen is not null ? null
                : damage.Count > 0 ? Problems.Of(damage[0]) : MissingAttribution(runs, run, method, split, index),
            Methods = [.. covering.Select(result => result.Header.Method).Distinct(StringComparer.Ordinal)],
            Reach = reaching is null ? null : ReachOf(examples, reaching, index),
            Navigation = NavigationOf(examples, predictions, split, index),
        };
    }

    private static (RecordedPredictions?, Problem?) FindPredictions(RunsFolder runs, Run run, string split, int index)
    {
        try
        {
            return RecordedPredictions.Find(run, split, index) is { } found
                ? (found, null) : (null, MistakesEndpoint.Missing(runs, run, split, index));
        }
        catch (TessarException error)
        {
            return (null, Problems.Of(error));
        }
    }

    private static Prediction PredictionOf(RecordedPredictions predictions, int index, int label)
    {
        double[] probabilities = predictions.Probabilities(index);
        int predicted = predictions.Predicted(index);
        return new Prediction(probabilities, predicted, probabilities[predicted], predicted == label);
    }

    private static Attribution AttributionOf(RunsFolder runs, Run run, RunExamples examples, AttributionResult result, int index, int label)
    {
        string? reason = result.Staleness(run);
        return new Attribution
        {
            Method = result.Header.Method,
            State = reason is null ? "done" : "stale",
            Reason = reason,
            Created = result.Header.Created,
            Train = result.Header.Train,
            Targets = result.Header.Targets,
            Sign = result.Header.Sign,
            OutputClass = label,
            Command = LensCards.Command(runs, run, result.Header.Method, result.Header.Targets),
            Proponents = Influences(examples, result, result.List(index, "proponents")),
            Opponents = Influences(examples, result, result.List(index, "opponents")),
        };
    }

    private static Influence[] Influences(RunExamples examples, AttributionResult result, IReadOnlyList<(int Index, float Score)> list)
    {
        string split = result.Train.Split;
        return [.. list.Select(found => new Influence(
            split, found.Index, examples.Label(split, found.Index), examples.StoredLabel(split, found.Index), found.Score,
            examples.Image(split, found.Index)))];
    }

    private static Reach ReachOf(RunExamples examples, AttributionResult result, int index)
    {
        IReadOnlyList<(int Index, float Score)> raised = result.Reached(index, "proponents");
        IReadOnlyList<(int Index, float Score)> lowered = result.Reached(index, "opponents");
        return new Reach
        {
            Method = result.Header.Method,
            Targets = result.Header.Targets,
            TargetSplit = result.Targets.Split,
            Top = result.Header.Top,
            RaisedCount = raised.Count,
            LoweredCount = lowered.Count,
            Raised = Some(raised),
            Lowered = Some(lowered),
        };

        ReachedTarget[] Some(IReadOnlyList<(int Index, float Score)> targets) =>
            [.. targets.Take(MostReached).Select(target => new ReachedTarget(
                target.Index, examples.Label(result.Targets.Split, target.Index), target.Score, examples.Image(result.Targets.Split, target.Index)))];
    }

    private static Problem MissingAttribution(RunsFolder runs, Run run, string? method, string split, int index)
    {
        bool isOfTestSet = ExampleRange.TryParse(run.Record.Program.Data.Test, out ExampleRange test) && test.Covers(split, index);
        string targets = isOfTestSet ? test.ToString() : FormattableString.Invariant($"{split}:{index}");
        return new Problem(
            StatusCodes.Status404NotFound, "attribution-missing", "The training images behind this are not known yet.",
            method is null
                ? $"No result of the Data lens covers {split} {index.ToString(CultureInfo.InvariantCulture)}. It says which training images raised or lowered the score of the label."
                : $"No result of {method} covers {split} {index.ToString(CultureInfo.InvariantCulture)}.",
            "Compute it:", LensCards.Command(runs, run, method ?? "data/trak", targets));
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
