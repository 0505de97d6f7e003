using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Runs;

namespace Tessar.Web.Tests.Recording;

/// <summary>A server over a temporary folder of runs, on a free port.</summary>
internal sealed partial class Workbench : IAsyncDisposable
{
    private readonly WorkbenchServer _server;

    private Workbench(WorkbenchServer server, string runs)
    {
        _server = server;
        Runs = runs;
        Client = new HttpClient { BaseAddress = server.Url };
    }

    /// <summary>The folder of all runs.</summary>
    public string Runs { get; }

    /// <summary>The folder around it, which the server has no business in.</summary>
    public string Parent => Path.GetDirectoryName(Runs)!;

    public HttpClient Client { get; }

    public Uri Url => _server.Url;

    public WorkbenchServer Server => _server;

    /// <summary>The token that stands in the page.</summary>
    public async Task<string> TokenAsync()
    {
        string page = await Client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        return TokenPlace().Match(page) is { Success: true } found
            ? found.Groups["token"].Value
            : throw new InvalidOperationException("The page has no token.");
    }

    /// <summary>Asks for a change with the page's token, and returns status and document.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Document)> ChangeAsync(
        HttpMethod method, string address, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative));
        request.Headers.Add("X-Tessar-Token", await TokenAsync());
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        using JsonDocument document =
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, document.RootElement.Clone());
    }

    public static Task<Workbench> StartAsync(params IEnumerable<RunRecipe> recipes) =>
        StartAsync(new WorkbenchOptions(), recipes);

    /// <param name="options">Settings besides folder and port.</param>
    /// <param name="recipes">The runs.</param>
    public static async Task<Workbench> StartAsync(WorkbenchOptions options, params IEnumerable<RunRecipe> recipes)
    {
        string runs = Path.Combine(Directory.CreateTempSubdirectory("tessar-web-").FullName, "runs");
        Directory.CreateDirectory(runs);
        foreach (RunRecipe recipe in recipes)
            recipe.Write(runs);
        return new Workbench(await WorkbenchServer.StartAsync(options with { RunsDirectory = runs, Port = 0 }), runs);
    }

    /// <summary>A file of a run.</summary>
    public string PathOf(string run, params ReadOnlySpan<string> parts) => Path.Combine([Runs, run, .. parts]);

    /// <summary>The only file below a run with this name.</summary>
    public string Find(string run, string below, string name) =>
        Directory.EnumerateFiles(PathOf(run, below), name, SearchOption.AllDirectories).Single();

    public Run Open(string run) => Run.Open(PathOf(run));

    public async Task<JsonElement> GetAsync(string address, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await Client.GetAsync(
            new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == expected, $"{address}: expected {expected}, got {answer.StatusCode}: {text}");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Asserts problem details with this code, and that cause and action say something.</summary>
    public async Task<JsonElement> GetProblemAsync(string address, HttpStatusCode expected, string code)
    {
        JsonElement problem = await GetAsync(address, expected);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)expected, problem.GetProperty("status").GetInt32());
        Assert.Equal(1, problem.GetProperty("schema").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("cause").GetString()!);
        Assert.NotEmpty(problem.GetProperty("action").GetString()!);
        return problem;
    }

    [GeneratedRegex(
        "<meta name=\"tessar-token\" content=\"(?<token>[0-9a-f]{64})\"", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenPlace();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(Parent, recursive: true);
    }
}
