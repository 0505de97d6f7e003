using System.Net;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Hosting;

public sealed class LoadTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_requests_at_once_are_all_answered()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        string[] addresses =
        [
            .. Enumerable.Range(0, 60).Select(i => FormattableString.Invariant($"/api/runs/demo/example/test/{i}")),
            .. Enumerable.Range(0, 60).Select(i => FormattableString.Invariant($"/api/runs/demo/lenses/data/example/test/{i}")),
            .. Enumerable.Range(0, 50).Select(i => FormattableString.Invariant($"/api/runs/demo/image/train/{i}.png")),
            .. Enumerable.Repeat("/api/runs", 10), .. Enumerable.Repeat("/api/runs/demo", 10), .. Enumerable.Repeat("/", 10),
        ];

        HttpStatusCode[] answers = await Task.WhenAll(addresses.Select(address => StatusAsync(workbench, address)));

        Assert.Equal(200, answers.Count(answer => answer == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Requests_that_read_files_never_keep_those_waiting_that_do_not()
    {
        // As many as would take the pool of threads tens of seconds to grow to, if they blocked its threads.
        await using Workbench workbench = await Workbench.StartAsync(ToyEndpoints.Options, new RunRecipe());
        Task<HttpStatusCode>[] blocked =
            [.. Enumerable.Range(0, 200).Select(i => StatusAsync(workbench, FormattableString.Invariant($"/api/toy/gate/{i}")))];
        try
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(workbench, "/"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(workbench, "/api/jobs"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(workbench, "/api/nothing"));
            Assert.DoesNotContain(blocked, request => request.IsCompleted);
        }
        finally
        {
            GateEndpoint.Gate.Release(200);
        }

        Assert.All(await Task.WhenAll(blocked), answer => Assert.Equal(HttpStatusCode.OK, answer));
    }

    private static async Task<HttpStatusCode> StatusAsync(Workbench workbench, string address)
    {
        using HttpResponseMessage answer = await workbench.Client.GetAsync(new Uri(address, UriKind.Relative), Test);
        await answer.Content.ReadAsByteArrayAsync(Test);
        return answer.StatusCode;
    }
}
