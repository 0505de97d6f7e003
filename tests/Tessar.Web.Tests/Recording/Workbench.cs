using System.Net;
using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Web.Tests.Recording;

/// <summary>A server over a temporary folder of runs, on a free port.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private readonly WorkbenchServer server;

    private Workbench(WorkbenchServer server, string runs)
    {
        this.server = server;
        Runs = runs;
        Client = new HttpClient { BaseAddress = server.Url };
    }

    /// <summary>The folder of all runs.</summary>
    public string Runs { get; }

    /// <summary>The folder around it, which the server has no business in.</summary>
    public string Parent => Path.GetDirectoryName(Runs)!;

    public HttpClient Client { get; }

    public Uri Url => server.Url;

    public static async Task<Workbench> StartAsync(params IEnumerable<RunRecipe> recipes)
    {
        string runs = Path.Combine(Directory.CreateTempSubdirectory("tessar-web-").FullName, "runs");
        Directory.CreateDirectory(runs);
        foreach (RunRecipe recipe in recipes)
            recipe.Write(runs);
        return new Workbench(await WorkbenchServer.StartAsync(new WorkbenchOptions { RunsDirectory = runs, Port = 0 }), runs);
    }

    /// <summary>A file of a run.</summary>
    public string PathOf(string run, params ReadOnlySpan<string> parts) => Path.Combine([Runs, run, .. parts]);

    /// <summary>The only file below a run with this name.</summary>
    public string Find(string run, string below, string name) =>
        Directory.EnumerateFiles(PathOf(run, below), name, SearchOption.AllDirectories).Single();

    public Run Open(string run) => Run.Open(PathOf(run));

    public async Task<JsonElement> GetAsync(string address, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await Client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
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

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await server.DisposeAsync();
        Directory.Delete(Parent, recursive: true);
    }
}
