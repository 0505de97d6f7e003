using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>A file of a result as it lies on the disk: <c>document</c> for its envelope, <c>arrays</c> for its arrays.</summary>
/// <remarks>Arrays may be larger than memory, so they are sent from the file, after their hash was compared once.</remarks>
[Address("/api/runs/{run}/results/{key}/{file}")]
internal sealed class ResultFileEndpoint(RunsFolder runs, BlockingWork work) : IEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        RouteValueDictionary parts = context.Request.RouteValues;
        string run = (string)parts["run"]!, key = (string)parts["key"]!, file = (string)parts["file"]!;
        Attachment found = await work.RunAsync(address: null, () => Find(run, key, file), context.RequestAborted)
            .ConfigureAwait(false);
        context.Response.ContentType = found.Type;
        context.Response.ContentLength = found.Length;
        context.Response.Headers.CacheControl = Caching.Revalidate;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(found.Name); // names of methods come with data
        context.Response.Headers.ContentDisposition = disposition.ToString();
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.SendFileAsync(found.Path, 0, found.Length, context.RequestAborted).ConfigureAwait(false);
    }

    private Attachment Find(string name, string key, string file)
    {
        Run run = runs.Open(name);
        ResultFolder result = RecordedResults.Find(runs, run, key);
        string method = result.Document.Method.Replace('/', '-');
        switch (file)
        {
            case "document":
                return new Attachment(result.DocumentPath, "application/json", $"{method}-{key}.json");
            case "arrays" when result.ArraysPath is { } path:
                result.OpenArrays().Dispose();
                return new Attachment(path, "application/octet-stream", $"{method}-{key}.safetensors");
            default:
                throw new ProblemException(new Problem(
                    StatusCodes.Status404NotFound, "result-file-missing", $"The result “{key}” has no `{file}`.",
                    result.ArraysPath is null ? "It has a `document`, and no arrays." : "It has a `document` and `arrays`.",
                    "Correct the address."));
        }
    }

    private sealed record Attachment(string Path, string Type, string Name)
    {
        public long Length { get; } = new FileInfo(Path).Length;
    }
}
