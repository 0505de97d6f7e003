using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Lenses;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>One run: what was run, how it went, what has been asked of it.</summary>
[Address("/api/runs/{run}")]
internal sealed class RunEndpoint(RunsFolder runs, LensCatalog lenses) : IReadEndpoint
{
    public Content Read(ApiRequest request)
    {
        string name = request.Text("run");
        RunDocument document = runs.IsStarting(name) ? Starting(name) : Document(runs.Open(name));
        return Content.Of(document, WebJson.Default.RunDocument);
    }

    private RunDocument Document(Run run)
    {
        RunRecord record = run.Record;
        FinalMetrics? final = record.Final;
        return new RunDocument
        {
            Run = run.Name,
            Status = RunsEndpoint.Word(run.Status),
            Kind = RunsEndpoint.Word(record.Kind),
            Created = record.Created,
            Finished = record.Finished,
            Model = ModelName(record),
            Parameters = record.Program.Parameters,
            Data = DataName(record),
            Epochs = record.Program.Epochs,
            PlantedErrors = record.Program.Labels?.Edits ?? 0,
            PlantedFraction = record.Program.Labels?.Fraction,
            Classes = record.Classes,
            Final = new FinalFigures(
                final?.TrainLoss, final?.TrainAccuracy, final?.TestLoss, final?.TestAccuracy, final?.Seconds),
            Facts = ProgramFacts.Of(record),
            Lenses = LensCards.Of(lenses, run),
            DataProblem = DataProblemOf(run),
        };
    }

    private static RunDocument Starting(string name) => new()
    {
        Run = name,
        Status = RunsFolder.Starting,
        Classes = [],
        Final = new FinalFigures(null, null, null, null, null),
        Facts = [],
        Lenses = [],
    };

    /// <summary>The architecture, without the folders of a user's assembly.</summary>
    public static string ModelName(RunRecord record) => Path.GetFileName(record.Program.Model);

    /// <summary>The data set's name, without the folders of its file.</summary>
    public static string DataName(RunRecord record) => Path.GetFileName(record.Program.Data.Name);

    private Problem? DataProblemOf(Run run)
    {
        try
        {
            using RunExamples examples = RunExamples.Open(run);
            return null;
        }
        catch (TessarException error)
        {
            return Problems.Of(error, runs.ProgramName);
        }
    }
}
