using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Hosting;

public sealed class CachingTests(SharedWorkbench shared)
{
    [Fact]
    public async Task Document_that_has_not_changed_is_not_sent_again_and_a_changed_one_is()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { HasPredictions = false, Methods = [] });
        EntityTagHeaderValue tag = (await AskAsync(workbench, "/api/runs/demo", null)).Tag!;

        (HttpStatusCode unchanged, EntityTagHeaderValue? sameTag) = await AskAsync(workbench, "/api/runs/demo", tag);
        JsonFile.Edit(workbench.PathOf("demo", "run.json"), json => json["final"]!["testAccuracy"] = 0.5);
        (HttpStatusCode changed, EntityTagHeaderValue? newTag) = await AskAsync(workbench, "/api/runs/demo", tag);

        Assert.Equal((HttpStatusCode.NotModified, tag), (unchanged, sameTag));
        Assert.Equal(HttpStatusCode.OK, changed);
        Assert.NotEqual(tag, newTag);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Documents_are_compressed_as_asked(string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs/demo/metrics");
        request.Headers.AcceptEncoding.ParseAdd(encoding);

        using HttpResponseMessage answer = await shared.Workbench.Client.SendAsync(
            request, TestContext.Current.CancellationToken);

        Assert.Equal(encoding, Assert.Single(answer.Content.Headers.ContentEncoding));
        await using Stream packed = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream text = encoding == "br"
            ? new BrotliStream(packed, CompressionMode.Decompress)
            : new GZipStream(packed, CompressionMode.Decompress);
        using JsonDocument document = await JsonDocument.ParseAsync(
            text, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("demo", document.RootElement.GetProperty("run").GetString());
    }

    [Fact]
    public async Task Files_named_by_their_content_are_kept_for_ever_and_the_page_is_asked_again()
    {
        string page = await shared.Workbench.Client.GetStringAsync(
            new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        string script = Regex.Match(page, "/assets/[^\"]+\\.js", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;

        using HttpResponseMessage asset = await shared.Workbench.Client.GetAsync(
            new Uri(script, UriKind.Relative), TestContext.Current.CancellationToken);
        using HttpResponseMessage root = await shared.Workbench.Client.GetAsync(
            new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains("immutable", asset.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.True(root.Headers.CacheControl?.NoCache);
    }

    [Theory]
    [InlineData("/r/demo")]
    [InlineData("/r/v1.2")]
    [InlineData("/r/v1.2/example/test/3?method=data%2Ftrak")]
    [InlineData("/no/such/page")]
    public async Task Addresses_of_pages_are_answered_with_the_one_page(string address)
    {
        using HttpResponseMessage answer = await shared.Workbench.Client.GetAsync(
            new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            "<div id=\"app\">", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    [InlineData("/assets/none.js")]
    public Task Addresses_of_nothing_are_a_named_problem(string address) =>
        shared.Workbench.GetProblemAsync(address, HttpStatusCode.NotFound, "address-unknown");

    private static async Task<(HttpStatusCode Status, EntityTagHeaderValue? Tag)> AskAsync(
        Workbench workbench, string address, EntityTagHeaderValue? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (known is not null)
            request.Headers.IfNoneMatch.Add(known);
        using HttpResponseMessage answer = await workbench.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.ETag);
    }
}
