using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Jobs;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Lenses.Data;

/// <summary>The training examples behind one example, and for a training example the targets it is behind.</summary>
/// <remarks>Query: <c>method</c>, the one whose newest result is shown; by default that of the newest result.</remarks>
[Address("/api/runs/{run}/lenses/data/example/{split}/{index}")]
internal sealed class InfluencesEndpoint(RunsFolder runs, LensCatalog lenses, JobQueue jobs) : IReadEndpoint
{
    private const string DefaultMethod = "data/trak";
    private const int MostReached = 10;

    public Content Read(ApiRequest request)
    {
        string split = request.Text("split");
        int index = request.Index("index");
        string? method = request.Query("method");
        Run run = runs.Open(request.Text("run"));
        using RunExamples examples = RunExamples.Open(run);
        examples.One(split, index);

        var damage = new List<TessarException>();
        RecordedAttribution[] all = [.. RecordedAttribution.Of(run, damage.Add)];
        var document = new InfluencesDocument
        {
            Run = run.Name,
            Split = split,
            Index = index,
            Methods = [.. all.Where(result => result.Targets.Covers(split, index)).Select(result => result.Document.Method)
                .Distinct(StringComparer.Ordinal)],
        };
        RecordedAttribution[] asked = [.. all.Where(result => method is null || result.Document.Method == method)];
        return Content.Of(Filled(document, run, examples, asked, damage, method), DataLensJson.Default.InfluencesDocument);
    }

    private InfluencesDocument Filled(
        InfluencesDocument document, Run run, RunExamples examples, RecordedAttribution[] results, List<TessarException> damage,
        string? method)
    {
        (string split, int index) = (document.Split, document.Index);
        try
        {
            RecordedAttribution? covering = Array.Find(results, result => result.Targets.Covers(split, index));
            RecordedAttribution? reaching = Array.Find(results, result => result.Train.Covers(split, index));
            document = document with { Reach = reaching is null ? null : ReachOf(examples, reaching, index) };
            if (covering is not null)
                return document with { Attribution = AttributionOf(run, examples, covering, index) };
            if (damage is [var first, ..])
                return document with { AttributionProblem = Problems.Of(first, runs.ProgramName) };
            string targets = TargetsFor(run, split, index);
            return document with
            {
                AttributionProblem = Missing(run, method, targets, split, index),
                Compute = jobs.IsAvailable ? new JobRequest(run.Name, method ?? DefaultMethod, targets) : null,
            };
        }
        catch (Exception error) when (error is TessarException or ProblemException)
        {
            return document with { Reach = null, AttributionProblem = Problems.Of(error, runs.ProgramName) };
        }
    }

    private Attribution AttributionOf(Run run, RunExamples examples, RecordedAttribution result, int index)
    {
        string? reason = result.Staleness(run);
        ExplainedTarget explained = result.Explain(index, examples);
        return new Attribution
        {
            Method = result.Document.Method,
            State = reason is null ? "done" : "stale",
            Reason = reason,
            Created = result.Document.Created,
            Train = result.Document.Train,
            Targets = result.Document.Targets,
            Sign = result.Document.Sign,
            OutputClass = explained.Example.Label,
            Command = lenses.Command(run, result.Document.Method, result.Document.Targets),
            Proponents = [.. explained.Proponents.Select(one => Influence.Of(one, examples))],
            Opponents = [.. explained.Opponents.Select(one => Influence.Of(one, examples))],
        };
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
                target.Target, examples.Label(result.Targets.Split, target.Target), target.Score,
                examples.Image(result.Targets.Split, target.Target)))];
    }

    // All targets of the run's own set at once: one more costs next to nothing beside the gradients of the training examples.
    private static string TargetsFor(Run run, string split, int index)
    {
        bool isOfTestSet = ExampleRange.TryParse(run.Record.Program.Data.Test, out ExampleRange test)
            && test.Covers(split, index);
        return isOfTestSet ? test.ToString() : FormattableString.Invariant($"{split}:{index}");
    }

    private Problem Missing(Run run, string? method, string targets, string split, int index) => new(
        StatusCodes.Status404NotFound, "attribution-missing", "The training images behind this are not known yet.",
        method is null
            ? $"No result of the Data lens covers {split} {index.ToString(CultureInfo.InvariantCulture)}. It says which training "
            + $"images raised or lowered the score of the label."
            : $"No result of {method} covers {split} {index.ToString(CultureInfo.InvariantCulture)}.",
        "Compute it:", lenses.Command(run, method ?? DefaultMethod, targets));
}
