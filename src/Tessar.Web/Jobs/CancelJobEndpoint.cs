using Microsoft.AspNetCore.Http;
using Tessar.Web.Hosting;
using Tessar.Web.Routing;

namespace Tessar.Web.Jobs;

/// <summary>Ends a job; one that has ended already stays as it is.</summary>
[Address("/api/jobs/{id}", Method = "DELETE")]
internal sealed class CancelJobEndpoint(JobQueue queue) : IEndpoint
{
    public Task AnswerAsync(HttpContext context)
    {
        Job job = JobEndpoint.Find(queue, context);
        queue.Cancel(job);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Answer.WriteAsync(context, Content.Of(job.Document, JobJsonContext.Default.JobDocument));
    }
}
