using System.Reflection;
using Tessar.Web.Routing;
using Tessar.Web.Tests.Hosting;

namespace Tessar.Web.Tests.Api;

public sealed class ApiTests
{
    [Fact]
    public void Endpoints_of_a_lens_lie_below_its_address()
    {
        (string Space, string Pattern)[] own =
        [
            .. typeof(WorkbenchServer).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Tessar.Web.Lenses.", StringComparison.Ordinal) == true)
                .Select(type => (type.Namespace!, type.GetCustomAttribute<AddressAttribute>()?.Pattern!))
                .Where(found => found.Item2 is not null),
        ];

        Assert.NotEmpty(own);
        Assert.All(
            own,
            found =>
                Assert.StartsWith(
                    $"/api/runs/{{run}}/lenses/{found.Space.Split('.')[3].ToLowerInvariant()}/", found.Pattern,
                    StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_endpoints_of_one_address_stop_the_start()
    {
        var options = new WorkbenchOptions
        {
            Port = 0,
            Assemblies = [typeof(WorkbenchServer).Assembly, typeof(ToyEndpoints).Assembly, typeof(ToyEndpoints).Assembly]
        };

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WorkbenchServer.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.Contains("/api/toy/", error.Message, StringComparison.Ordinal);
    }
}
