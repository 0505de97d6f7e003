using Microsoft.AspNetCore.Http;
using Tessar.Web.Hosting;
using Tessar.Web.Routing;

namespace Tessar.Web.Jobs;

/// <summary>The jobs of this server, and whether there can be some.</summary>
[Address("/api/jobs")]
internal sealed class JobsEndpoint(JobQueue queue) : IEndpoint
{
    public Task AnswerAsync(HttpContext context) => Answer.WriteAsync(context, Content.Of(
        new JobsDocument(queue.IsAvailable, [.. queue.Jobs.Select(job => job.Document)]), JobJsonContext.Default.JobsDocument));
}
