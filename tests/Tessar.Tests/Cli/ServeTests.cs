using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>`tessar serve` as a program: what its pages have computed, and how it and its jobs end.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly Tool _tool = new();

    /// <summary>Copies the small run, because a job adds to it.</summary>
    public ServeTests(SmallRunFixture runs)
    {
        string source = runs.Tool.File("runs/small");
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, file);
            if (relative.StartsWith("results", StringComparison.Ordinal))
                continue;
            string copy = Path.Combine(_tool.File("runs/small"), relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Job_from_the_page_computes_what_the_command_would_and_the_page_then_has_it()
    {
        using ChildProcess serving = Start(out Task<HttpClient> starting);
        using HttpClient client = await starting;
        JsonElement before = await client.GetFromJsonAsync<JsonElement>("/api/runs/small/lenses/data/example/test/3", Test);
        JsonElement request = before.GetProperty("compute");
        Assert.Equal(
            ("data/trak", "test:0-49"), (request.GetProperty("method").GetString(), request.GetProperty("targets").GetString()));

        JsonElement last = await FollowAsync(client, await SubmitAsync(client, request.GetRawText()));

        Assert.True(last.GetProperty("state").GetString() == "done", last.ToString());
        Assert.Equal(JsonValueKind.Object, last.GetProperty("progress").ValueKind);
        JsonElement after = await client.GetFromJsonAsync<JsonElement>("/api/runs/small/lenses/data/example/test/3", Test);
        Assert.Equal(10, after.GetProperty("attribution").GetProperty("proponents").GetArrayLength());
        Tool.Send("TERM", serving);
        Assert.Equal(0, serving.WaitForEnd().ExitCode);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task Jobs_end_with_the_server_however_that_ends(string signal)
    {
        using ChildProcess serving = Start(out Task<HttpClient> starting);
        using HttpClient client = await starting;
        // A thousand trainings take longer than the test waits.
        await SubmitAsync(client, "{\"run\":\"small\",\"method\":\"data/datamodels\",\"targets\":\"test:0-49\"}");
        int job = await ChildOfAsync(serving.Id);

        Tool.Send(signal, serving);
        serving.WaitForEnd();

        Assert.True(SpinWait.SpinUntil(() => !IsAlive(job), TimeSpan.FromSeconds(15)), "The job outlives its server.");
    }

    [Fact]
    public void Command_whose_parent_is_gone_stops_in_order()
    {
        _tool.Environment["TESSAR_PARENT"] = "stdin";
        using ChildProcess training = _tool.StartEndlessTraining("orphan");

        training.EndInput();

        Assert.Equal(130, training.WaitForEnd().ExitCode);
        _tool.Environment["TESSAR_PARENT"] = null;
        Assert.Equal("interrupted", _tool.Json("show", "orphan").GetProperty("status").GetString());
    }

    [Fact]
    public void Input_that_ends_means_nothing_to_a_command_that_was_not_asked_to_watch_it()
    {
        using ChildProcess listing = _tool.Start("runs", "--json");
        listing.EndInput();

        Assert.Equal(0, listing.WaitForEnd().ExitCode);
    }

    private ChildProcess Start(out Task<HttpClient> client)
    {
        ChildProcess serving = _tool.Start("serve", "--port", "0", "--no-open");
        string? address = null;
        serving.WaitFor(line =>
            Regex.Match(
                line, "http://127\\.0\\.0\\.1:\\d+/", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } found
                    && (address = found.Value) is not null);
        client = ConnectAsync(new Uri(address!));
        return serving;
    }

    private static async Task<HttpClient> ConnectAsync(Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        string page = await client.GetStringAsync(new Uri("/", UriKind.Relative), Test).ConfigureAwait(false);
        client.DefaultRequestHeaders.Add(
            "X-Tessar-Token",
            Regex.Match(page, "(?<=tessar-token\" content=\")[0-9a-f]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value);
        return client;
    }

    private static async Task<string> SubmitAsync(HttpClient client, string request)
    {
        using var content = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/api/jobs", UriKind.Relative), content, Test)
            .ConfigureAwait(false);
        JsonElement job = await answer.Content.ReadFromJsonAsync<JsonElement>(Test).ConfigureAwait(false);
        Assert.True(answer.IsSuccessStatusCode, job.ToString());
        return job.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> FollowAsync(HttpClient client, string id)
    {
        string events = await client.GetStringAsync(new Uri($"/api/jobs/{id}/events", UriKind.Relative), Test)
            .ConfigureAwait(false);
        string last = events.Split('\n').Last(line => line.StartsWith("data: ", StringComparison.Ordinal));
        return JsonDocument.Parse(last["data: ".Length..]).RootElement.Clone();
    }

    // A process is listed as a child of the thread that started it.
    private static async Task<int> ChildOfAsync(int parent)
    {
        string threads = string.Create(CultureInfo.InvariantCulture, $"/proc/{parent}/task");
        while (true)
        {
            string? children = Directory.GetDirectories(threads).Select(thread => ReadOrNothing(Path.Combine(thread, "children")))
                .FirstOrDefault(text => text.Length > 0);
            if (children is not null)
                return int.Parse(children.Split(' ')[0], CultureInfo.InvariantCulture);
            await Task.Delay(20, Test).ConfigureAwait(false);
        }
    }

    // A process that has ended and that nobody has asked about yet is none any more.
    private static bool IsAlive(int process) =>
        ReadOrNothing(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat")) is { Length: > 0 } stat
            && !stat.Contains(") Z ", StringComparison.Ordinal);

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return string.Empty; // it has ended
        }
    }
}
