using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Hosting;

public sealed class NativeLibraryTests(SharedWorkbench shared)
{
    [Fact]
    public async Task Browsing_never_loads_libtorch()
    {
        foreach (string address in new[]
        {
            "/", "/api/runs", "/api/runs/demo", "/api/runs/demo/metrics", "/api/runs/demo/metrics/rows",
            "/api/runs/demo/lenses/data/mistakes", "/api/jobs",
            "/api/runs/demo/example/test/21", "/api/runs/demo/example/train/337", "/api/runs/demo/lenses/data/example/test/21",
            "/api/runs/demo/lenses/data/example/train/337", "/api/runs/demo/image/test/0.png", "/api/runs/broken",
        })
        {
            using HttpResponseMessage answer = await shared.Workbench.Client.GetAsync(
                new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        }

        // No test of this assembly needs libtorch, so whatever is mapped was loaded by the server.
        string[] libraries = [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains(".so", StringComparison.Ordinal))];
        Assert.NotEmpty(libraries);
        Assert.DoesNotContain(
            libraries,
            line =>
                line.Contains("torch", StringComparison.OrdinalIgnoreCase) || line.Contains("libc10", StringComparison.Ordinal));
    }
}
