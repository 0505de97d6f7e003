using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
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
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Nothing_but_reading_is_offered(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/runs");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method-not-allowed"), await SendAsync(request));
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

        string answer = await RawAsync(workbench.Url.Port, address);

        Assert.DoesNotContain("adamw", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("MZ", answer, StringComparison.Ordinal);
        Assert.True(
            answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.Contains("<div id=\"app\">", StringComparison.Ordinal)
            || answer.Contains("\"runs\":[]", StringComparison.Ordinal),
            answer);
    }

    [Fact]
    public async Task Every_answer_forbids_other_sources_and_other_readers()
    {
        foreach (string address in new[] { "/", "/api/runs", "/api/runs/nobody", "/mark.svg" })
        {
            using HttpResponseMessage answer = await shared.Workbench.Client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);

            string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        }
    }

    private string Port => shared.Workbench.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<(HttpStatusCode Status, string? Code)> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await shared.Workbench.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(text);
        return (answer.StatusCode, document.RootElement.TryGetProperty("code", out JsonElement code) ? code.GetString() : null);
    }

    private static async Task<string> RawAsync(int port, string address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        byte[] request = Encoding.ASCII.GetBytes($"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
