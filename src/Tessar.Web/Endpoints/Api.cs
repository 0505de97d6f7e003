using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>The read API: one document per question the pages ask.</summary>
internal static class Api
{
    public static void Map(IEndpointRouteBuilder routes, WorkbenchOptions options)
    {
        var runs = new RunsFolder(options);
        var metrics = new MetricCache();
        Document(routes, "/api/runs", _ => RunsEndpoint.Read(runs));
        Document(routes, "/api/runs/{run}", request => RunEndpoint.Read(runs, request.Text("run")));
        Document(routes, "/api/runs/{run}/metrics", request => MetricsEndpoint.Read(runs, metrics, request));
        Document(routes, "/api/runs/{run}/metrics/rows", request => MetricsEndpoint.ReadRows(runs, metrics, request));
        Document(routes, "/api/runs/{run}/mistakes", request => MistakesEndpoint.Read(runs, request));
        Document(routes, "/api/runs/{run}/example/{split}/{index}", request => ExampleEndpoint.Read(runs, request));
        routes.Map("/api/runs/{run}/image/{split}/{index}.png", context => ImageEndpoint.WriteAsync(context, runs, new ApiRequest(context)));
    }

    private static void Document<T>(IEndpointRouteBuilder routes, string pattern, Func<ApiRequest, T> read) =>
        routes.Map(pattern, context => new DocumentResult<T>(read(new ApiRequest(context))).ExecuteAsync(context));
}
