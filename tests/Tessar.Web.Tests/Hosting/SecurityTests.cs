using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Hosting;

public sealed class SecurityTests(SharedWorkbench shared)
{
    [Theory]
    [InlineData("evil.example", "host-foreign")]
    [InlineData("evil.example:{port}", "host-foreign")]
    [InlineData("127.0.0.1", "host-foreign")]
    [InlineData("127.0.0.1:1", "host-foreign")]
    public async Task Foreign_host_names_are_refused(string host, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Host = host.Replace("{port}", Port, StringComparison.Ordinal);

        Assert.Equal((HttpStatusCode.Forbidden, code), await SendAsync(request));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("https://127.0.0.1:{port}")]
    public async Task Foreign_origins_are_refused(string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Add("Origin", origin.Replace("{port}", Port, StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.Forbidden, "origin-foreign"), await SendAsync(request));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Own_names_are_served(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Host = $"{host}:{Port}";
        request.Headers.Add("Origin", $"http://{host}:{Port}");

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("POST", "/api/runs", "GET, HEAD")]
    [InlineData("PUT", "/api/runs", "GET, HEAD")]
    [InlineData("DELETE", "/api/runs/demo", "GET, HEAD")]
    [InlineData("OPTIONS", "/api/runs", "GET, HEAD")]
    [InlineData("POST", "/", "GET, HEAD")]
    [InlineData("PUT", "/api/jobs", "GET, HEAD, POST")]
    [InlineData("POST", "/api/jobs/1", "GET, HEAD, DELETE")]
    public async Task Method_that_an_address_does_not_take_is_refused_with_those_it_takes(
        string method, string address, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);

        using HttpResponseMessage answer = await shared.Workbench.Client.SendAsync(
            request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed.Split(", ").Order(), answer.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("/api/runs/..")]
    [InlineData("/api/runs/%2e%2e")]
    [InlineData("/api/runs/..%2f..%2fetc")]
    [InlineData("/api/runs/%2e%2e%2fsecret")]
    [InlineData("/api/runs/..%5csecret")]
    [InlineData("/api/runs/%2Fetc")]
    [InlineData("/api/runs/demo%00")]
    [InlineData("/api/runs/.")]
    [InlineData("/api/runs/demo/image/..%2f..%2f/0.png")]
    [InlineData("/assets/..%2f..%2fTessar.Web.dll")]
    [InlineData("/assets/../../Tessar.Web.dll")]
    [InlineData("/..%2fTessar.Web.dll")]
    public async Task Names_cannot_leave_their_folder(string address)
    {
        // A run next to the runs folder, and the server's own files, must stay out of reach. The address goes out as it is
        // written here: HttpClient would tidy it up.
        await using Workbench workbench = await Workbench.StartAsync();
        new RunRecipe { Name = "secret", HasPredictions = false, Methods = [] }.Write(workbench.Parent);

        string answer = await RawRequest.SendAsync(
            workbench.Url, $"GET {address} HTTP/1.1", "Host: 127.0.0.1:{port}", "Connection: close");

        Assert.DoesNotContain("adamw", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("MZ", answer, StringComparison.Ordinal);
        Assert.True(
            answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
                || answer.Contains("<div id=\"app\">", StringComparison.Ordinal)
            || answer.Contains("\"runs\":[]", StringComparison.Ordinal),
            answer);
    }

    public static TheoryData<int, string[]> Answers => new()
    {
        { 200, ["GET / HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 200, ["GET /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 200, ["HEAD /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 200, ["GET /mark.svg HTTP/1.1", "Host: localhost:{port}"] },
        { 404, ["GET /api/runs/nobody HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 404, ["GET /api/nothing HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 404, ["GET /assets/none.js HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 405, ["PUT /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 405, ["DELETE /r/demo HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 405, ["OPTIONS /api/jobs HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 403, ["GET /api/runs HTTP/1.1", "Host: evil.example"] },
        { 403, ["GET /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}", "Origin: https://evil.example"] },
        { 403, [
            "GET /api/runs HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            "Origin: http://127.0.0.1:{port}",
            "Origin: https://evil.example"
        ] },
        { 403, [
            "GET /api/runs HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            "Origin: http://127.0.0.1:{port}",
            "Origin: http://127.0.0.1:{port}"
        ] },
        { 403, ["GET /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}, https://evil.example"] },
        { 403, ["POST /api/jobs HTTP/1.1", "Host: 127.0.0.1:{port}", "Content-Length: 0"] },
        { 403, ["DELETE /api/jobs/1 HTTP/1.1", "Host: 127.0.0.1:{port}", "X-Tessar-Token: 0"] },
        { 400, ["GET /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}", "Host: evil.example"] },
        { 400, ["GET /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}", "Host: 127.0.0.1:{port}"] },
        { 400, ["GET /api/runs HTTP/1.1"] },
        { 404, ["GET /api/runs\u0001 HTTP/1.1", "Host: 127.0.0.1:{port}"] },
        { 400, ["this isn't HTTP"] },
        { 400, ["GET /api/runs HTTP/1.1", "Host: 127.0.0.1:{port}", "no colon"] },
        { 431, [
            "GET /api/runs HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            .. Enumerable.Range(0, 120).Select(i => FormattableString.Invariant($"X-{i}: 1"))
        ] },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_answer_forbids_other_sources_and_other_readers(int status, string[] head)
    {
        string answer = await RawRequest.SendAsync(shared.Workbench.Url, [.. head, "Connection: close"]);

        AssertGuarded(answer, status);
    }

    [Fact]
    public async Task Server_that_breaks_answers_with_its_headers_too()
    {
        await using Workbench workbench = await Workbench.StartAsync(ToyEndpoints.Options);

        string answer = await RawRequest.SendAsync(
            workbench.Url, "GET /api/toy/broken HTTP/1.1", "Host: 127.0.0.1:{port}", "Connection: close");

        AssertGuarded(answer, 500);
        Assert.Contains("NotSupportedException", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_requests_of_one_connection_have_their_headers_and_their_bodies_whole()
    {
        string[] get = ["GET /api/runs/demo HTTP/1.1", "Host: 127.0.0.1:{port}", ""];

        string answer = await RawRequest.SendAsync(
            shared.Workbench.Url, [.. get, .. get, "GET /mark.svg HTTP/1.1", "Host: 127.0.0.1:{port}", "Connection: close"]);

        Assert.Equal(3, Regex.Count(answer, "HTTP/1.1 200 OK", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Equal(3, Regex.Count(answer, "Content-Security-Policy", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.EndsWith("</svg>", answer.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_is_asked_of_whatever_changes_something_and_read_only_from_the_page()
    {
        await using Workbench workbench = await Workbench.StartAsync(ToyEndpoints.Options);
        int before = CounterEndpoint.Count;
        foreach (string token in new[] { "", new string('0', 64), (await workbench.TokenAsync())[1..] })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/toy/counter");
            request.Headers.Add("X-Tessar-Token", token);
            using HttpResponseMessage answer = await workbench.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Equal(before, CounterEndpoint.Count);
        Assert.Equal(HttpStatusCode.OK, (await workbench.ChangeAsync(HttpMethod.Post, "/api/toy/counter")).Status);
        Assert.Equal(before + 1, CounterEndpoint.Count);
    }

    [Fact]
    public async Task Every_start_has_a_token_of_its_own()
    {
        await using Workbench other = await Workbench.StartAsync();

        Assert.NotEqual(await shared.Workbench.TokenAsync(), await other.TokenAsync());
    }

    [Fact]
    public async Task Page_under_the_name_of_its_file_is_the_page_with_the_token()
    {
        string page = await shared.Workbench.Client.GetStringAsync(
            new Uri("/index.html", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains(await shared.Workbench.TokenAsync(), page, StringComparison.Ordinal);
    }

    private static void AssertGuarded(string answer, int status)
    {
        Assert.StartsWith(FormattableString.Invariant($"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
        string[] lines = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
        string policy = Assert.Single(lines, line => line.StartsWith("Content-Security-Policy: ", StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff", lines);
        Assert.Contains("Referrer-Policy: no-referrer", lines);
        Assert.Contains("Cross-Origin-Resource-Policy: same-origin", lines);
        Assert.Contains("Cross-Origin-Opener-Policy: same-origin", lines);
    }

    private string Port => shared.Workbench.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<(HttpStatusCode Status, string? Code)> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await shared.Workbench.Client.SendAsync(
            request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(text);
        return (answer.StatusCode, document.RootElement.TryGetProperty("code", out JsonElement code) ? code.GetString() : null);
    }
}
