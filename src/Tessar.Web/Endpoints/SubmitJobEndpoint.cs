using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Jobs;
using Tessar.Web.Lenses;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>
/// Puts a job into the queue. What can be seen to be wrong is refused before; the job's program judges the rest.
/// </summary>
[Address("/api/jobs", Method = "POST")]
internal sealed class SubmitJobEndpoint(JobQueue queue, LensCatalog lenses, RunsFolder runs, BlockingWork work) : IEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        JobRequest request = await ReadAsync(context).ConfigureAwait(false);
        Job job = await work.RunAsync(address: null, () => Submit(request), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers.Location = $"/api/jobs/{job.Document.Id}";
        await Answer.WriteAsync(context, Content.Of(job.Document, JobJsonContext.Default.JobDocument)).ConfigureAwait(false);
    }

    private static async Task<JobRequest> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
            throw Wrong($"The request’s Content-Type is `{context.Request.ContentType}`.");
        try
        {
            return await JsonSerializer.DeserializeAsync(
                context.Request.Body, JobJsonContext.Default.JobRequest, context.RequestAborted)
                .ConfigureAwait(false)
                ?? throw Wrong("It is null.");
        }
        catch (JsonException error)
        {
            throw Wrong(error.Message);
        }
    }

    private Job Submit(JobRequest request)
    {
        Run run = runs.Open(request.Run);
        if (RunNames.Objection(run.Name) is { } objection)
            throw Wrong($"`{run.Name}` can’t be given to a command: it {objection}.");
        string method = lenses.Methods.Find(request.Method).Name;
        if (lenses.Find(LensCatalog.LensOf(method)) is not { } lens)
            throw Wrong($"The lens of {method} can’t be asked from the page.");
        string? targets = lens.NeedsTargets ? TargetsOf(request, run) : null;
        if (!lens.NeedsTargets && request.Targets is not null)
            throw Wrong($"`{request.Targets}`: {method} is asked about the run as a whole and takes no targets.");
        IReadOnlyList<string> words = lenses.WordsOf(run.Name, method, targets)!;
        return queue.Submit(
            request with { Targets = targets }, runs.Command(string.Join(' ', words)),
            [.. words, "--json", "--runs", runs.Directory]);
    }

    private static string TargetsOf(JobRequest request, Run run)
    {
        if (request.Targets is not { } text)
            throw Wrong($"{request.Method} answers for `targets`, and there are none.");
        if (!ExampleRange.TryParse(text, out ExampleRange targets))
            throw Wrong($"`{text}` isn’t a range of examples such as `test:0-99`.");
        using (RunExamples examples = RunExamples.Open(run, withLabels: false))
            examples.One(targets.Split, targets.Last);
        // A word that begins with a hyphen where a value is meant would be taken for an option.
        return targets.Split.StartsWith('-')
            ? throw Wrong($"The split `{targets.Split}` can’t be given to a command.")
            : targets.ToString();
    }

    private static ProblemException Wrong(string cause) => new(new Problem(
        StatusCodes.Status400BadRequest, "job-wrong", "That can’t be made a job.", cause,
        "Send application/json with `run`, `method` and, for a lens that has some, `targets`: "
            + "{\"run\":\"demo-1\",\"method\":\"data/trak\",\"targets\":\"test:0-99\"}."));
}
