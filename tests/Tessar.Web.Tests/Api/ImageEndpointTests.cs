using System.Net;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

public sealed class ImageEndpointTests(SharedWorkbench shared)
{
    [Fact]
    public async Task Image_is_the_stored_one_pixel_for_pixel()
    {
        byte[] png = await shared.Workbench.Client.GetByteArrayAsync(
            new Uri("/api/runs/demo/image/train/337.png", UriKind.Relative), TestContext.Current.CancellationToken);

        using ExampleStore store = shared.Workbench.Open("demo").OpenExamples();
        (ImageShape shape, byte[] pixels) = PngReader.Read(png);
        Assert.Equal(store.Image, shape);
        Assert.Equal(new ExampleSet(store, "train", 337, 1).Image(0).ToArray(), pixels);
    }

    [Fact]
    public async Task Address_given_by_documents_may_be_kept_for_ever_and_a_bare_one_is_asked_again()
    {
        JsonElement example = await shared.Workbench.GetAsync("/api/runs/demo/example/test/0");
        string address = example.GetProperty("image").GetProperty("address").GetString()!;

        using HttpResponseMessage given = await shared.Workbench.Client.GetAsync(
            new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
        using HttpResponseMessage bare = await shared.Workbench.Client.GetAsync(
            new Uri(address.Split('?')[0], UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("image/png", given.Content.Headers.ContentType?.MediaType);
        Assert.Contains("immutable", given.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.True(bare.Headers.CacheControl?.NoCache);
        Assert.Equal(given.Headers.ETag, bare.Headers.ETag);
    }

    [Theory]
    [InlineData("demo/image/test/2000.png", HttpStatusCode.NotFound, "example-missing")]
    [InlineData("demo/image/none/0.png", HttpStatusCode.NotFound, "split-unknown")]
    [InlineData("demo/image/test/x.png", HttpStatusCode.BadRequest, "number-wrong")]
    [InlineData("nobody/image/test/0.png", HttpStatusCode.NotFound, "run-missing")]
    [InlineData("broken/image/test/0.png", HttpStatusCode.UnprocessableEntity, "run-unreadable")]
    public Task Image_that_is_not_there_is_a_named_problem(string address, HttpStatusCode status, string code) =>
        shared.Workbench.GetProblemAsync($"/api/runs/{address}", status, code);
}
