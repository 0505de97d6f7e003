using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Routing;

namespace Tessar.Web.Jobs;

/// <summary>
/// Follows a job: its document now, then whenever it has changed, as server-sent events named <c>job</c>, until it has ended.
/// </summary>
/// <remarks>Source: WHATWG HTML, "Server-sent events". Ends with the server: an open stream doesn't hold it up.</remarks>
[Address("/api/jobs/{id}/events")]
internal sealed class JobEventsEndpoint(JobQueue queue, IHostApplicationLifetime lifetime) : IEndpoint
{
    private const int MostStreams = 64;

    // Progress comes more often than an eye can follow; a silent line now and then shows that the other end is there.
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(15);

    private int _streams;

    public async Task AnswerAsync(HttpContext context)
    {
        Job job = JobEndpoint.Find(queue, context);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (Interlocked.Increment(ref _streams) > MostStreams)
        {
            Interlocked.Decrement(ref _streams);
            throw new ProblemException(new Problem(
                StatusCodes.Status503ServiceUnavailable, "server-busy", "Too many pages follow jobs.",
                $"{MostStreams} of them do already.", "Close some."));
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = Caching.Never;
            if (HttpMethods.IsGet(context.Request.Method))
                await FollowAsync(context.Response, job, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The page was closed, or the server is being stopped.
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private static async Task FollowAsync(HttpResponse response, Job job, CancellationToken end)
    {
        JobDocument? told = null;
        while (true)
        {
            (JobDocument document, Task changed) = job.Look();
            string json = JsonSerializer.Serialize(document, JobJsonContext.Default.JobDocument);
            string text = document == told ? ":\n\n" : $"event: job\ndata: {json}\n\n";
            await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), end).ConfigureAwait(false);
            if (Job.IsFinal(document.State))
                return;
            told = document;
            await Task.WhenAny(changed, Task.Delay(_longest, end)).WaitAsync(end).ConfigureAwait(false);
            await Task.Delay(_shortest, end).ConfigureAwait(false);
        }
    }
}
