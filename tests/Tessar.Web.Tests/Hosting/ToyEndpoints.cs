using Microsoft.AspNetCore.Http;
using Tessar.Web.Hosting;
using Tessar.Web.Routing;

namespace Tessar.Web.Tests.Hosting;

/// <summary>Endpoints of this assembly, found as those of the workbench are.</summary>
internal static class ToyEndpoints
{
    public static WorkbenchOptions Options { get; } = new()
    {
        Assemblies = [typeof(WorkbenchServer).Assembly, typeof(ToyEndpoints).Assembly]
    };
}

/// <summary>Blocks until the gate is opened.</summary>
[Address("/api/toy/gate/{number}")]
internal sealed class GateEndpoint : IReadEndpoint
{
    public static SemaphoreSlim Gate { get; } = new(0);

    public Content Read(ApiRequest request)
    {
        Gate.Wait(TimeSpan.FromMinutes(1));
        return new Content("{\"schema\":1}"u8.ToArray(), "application/json", request.Text("number"), Caching.Never);
    }
}

/// <summary>Breaks, in a way nobody thought of.</summary>
[Address("/api/toy/broken")]
internal sealed class BrokenEndpoint : IReadEndpoint
{
    public Content Read(ApiRequest request) => throw new NotSupportedException("a mistake");
}

/// <summary>Changes something.</summary>
[Address("/api/toy/counter", Method = "POST")]
internal sealed class CounterEndpoint : IEndpoint
{
    public static int Count { get; private set; }

    public Task AnswerAsync(HttpContext context)
    {
        Count++;
        return Answer.WriteAsync(
            context, new Content("{\"schema\":1}"u8.ToArray(), "application/json", "counter", Caching.Never));
    }
}
