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
    private const int MostReached = 10;

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
        ExplanationOf explanation = Explain(runs, run, examples, split, index, label, request.Query("method"));
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
            Prediction = predictions is null ? null : PredictionOf(predictions, index, label),
            PredictionProblem = predictionProblem,
            Attribution = explanation.Attribution,
            AttributionProblem = explanation.Problem,
            Methods = explanation.Methods,
            Reach = explanation.Reach,
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

    // A damaged result doesn't blank the rest of the page.
    private static ExplanationOf Explain(
        RunsFolder runs, Run run, RunExamples examples, string split, int index, int label, string? method)
    {
        var damage = new List<TessarException>();
        RecordedAttribution[] results =
            [.. RecordedAttribution.Of(run, damage.Add).Where(result => method is null || result.Document.Method == method)];
        try
        {
            RecordedAttribution? covering = Array.Find(results, result => result.Targets.Covers(split, index));
            RecordedAttribution? reaching = Array.Find(results, result => result.Train.Covers(split, index));
            return new ExplanationOf(
                covering is null ? null : AttributionOf(runs, run, examples, covering, index, label),
                reaching is null ? null : ReachOf(examples, reaching, index),
                MethodsOf(run, split, index),
                covering is not null ? null : damage is [var first, ..] ? Problems.Of(first) : MissingAttribution(runs, run, method, split, index));
        }
        catch (Exception error) when (error is TessarException or ProblemException)
        {
            return new ExplanationOf(null, null, MethodsOf(run, split, index), Problems.Of(error));
        }
    }

    private static string[] MethodsOf(Run run, string split, int index) =>
    [
        .. RecordedAttribution.Of(run).Where(result => result.Targets.Covers(split, index))
            .Select(result => result.Document.Method).Distinct(StringComparer.Ordinal),
    ];

    private static Attribution AttributionOf(RunsFolder runs, Run run, RunExamples examples, RecordedAttribution result, int index, int label)
    {
        string? reason = result.Staleness(run);
        (IReadOnlyList<Methods.Influence> proponents, IReadOnlyList<Methods.Influence> opponents) = result.Top(index);
        return new Attribution
        {
            Method = result.Document.Method,
            State = reason is null ? "done" : "stale",
            Reason = reason,
            Created = result.Document.Created,
            Train = result.Document.Train,
            Targets = result.Document.Targets,
            Sign = result.Document.Sign,
            OutputClass = label,
            Command = LensCards.Command(runs, run, result.Document.Method, result.Document.Targets),
            Proponents = Influences(examples, result, proponents),
            Opponents = Influences(examples, result, opponents),
        };
    }

    private static Influence[] Influences(RunExamples examples, RecordedAttribution result, IReadOnlyList<Methods.Influence> list)
    {
        string split = result.Train.Split;
        return [.. list.Select(found => new Influence(
            split, found.Train, examples.Label(split, found.Train), examples.StoredLabel(split, found.Train), found.Score,
            examples.Image(split, found.Train)))];
    }

    private static Reach ReachOf(RunExamples examples, RecordedAttribution result, int index)
    {
        (IReadOnlyList<(int Target, float Score)> raised, IReadOnlyList<(int Target, float Score)> lowered) = result.Reach(index);
        return new Reach
        {
            Method = result.Document.Method,
            Targets = result.Document.Targets,
            TargetSplit = result.Targets.Split,
            Top = result.Document.Top,
            RaisedCount = raised.Count,
            LoweredCount = lowered.Count,
            Raised = Some(raised),
            Lowered = Some(lowered),
        };

        ReachedTarget[] Some(IReadOnlyList<(int Target, float Score)> targets) =>
            [.. targets.Take(MostReached).Select(target => new ReachedTarget(
                target.Target, examples.Label(result.Targets.Split, target.Target), target.Score, examples.Image(result.Targets.Split, target.Target)))];
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

    /// <summary>What the Data lens says about an example: the lists that explain it, the targets it explains, or why neither can be shown.</summary>
    private sealed record ExplanationOf(Attribution? Attribution, Reach? Reach, IReadOnlyList<string> Methods, Problem? Problem);
}
