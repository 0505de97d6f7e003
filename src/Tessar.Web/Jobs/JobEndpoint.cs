using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Routing;

namespace Tessar.Web.Jobs;

/// <summary>How far a job has come.</summary>
[Address("/api/jobs/{id}")]
internal sealed class JobEndpoint(JobQueue queue) : IEndpoint
{
    public Task AnswerAsync(HttpContext context) =>
        Answer.WriteAsync(context, Content.Of(Find(queue, context).Document, JobJsonContext.Default.JobDocument));

    /// <exception cref="ProblemException">There is no such job.</exception>
    public static Job Find(JobQueue queue, HttpContext context)
    {
        string id = new ApiRequest(context).Text("id");
        return queue.Find(id) ?? throw new ProblemException(new Problem(
            StatusCodes.Status404NotFound, "job-missing", $"There is no job “{id}”.",
            "Jobs are forgotten when the server ends, and the oldest when there are many.",
            "Look at the run: what a job computed lies there."));
    }
}
