using System.Net;
using System.Text.Json;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Jobs;

/// <summary>Jobs from the request to the end of their processes. The program is a script of each test's own.</summary>
public sealed class JobTests
{
    private const string Trak = "{\"run\":\"demo\",\"method\":\"data/trak\",\"targets\":\"test:0-199\"}";
    private static readonly RunRecipe _bare = new() { HasPredictions = false, Methods = [] };

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_runs_the_command_in_a_process_of_its_own_and_its_progress_comes_as_events()
    {
        string script =
            $"echo 'a remark' >&2; {JobScript.Progress("Gradients", 1, 4)}; sleep 0.5; {JobScript.Progress("Scores", 4, 4)}; "
                + $"sleep 0.5;"
            + " printf '%s\\n' \"$TESSAR_PROGRESS $TESSAR_PARENT\" \"$@\" > \"$RUNS/words\"";
        await using Workbench workbench = await StartAsync(script);

        (HttpStatusCode status, JsonElement submitted) = await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak);
        List<JsonElement> events = await EventsAsync(workbench, submitted.GetProperty("id").GetString()!);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(
            "tessar attribute demo --method data/trak --targets test:0-199", submitted.GetProperty("command").GetString());
        string[] states = [.. events.Select(State)];
        Assert.Equal("done", states[^1]);
        Assert.All(states[..^1], state => Assert.Contains(state, new[] { "queued", "running" }));
        string[] stages = [.. events.Select(Stage).OfType<string>().Distinct()];
        Assert.Equal(["Gradients", "Scores"], stages);
        Assert.Equal(4, events[^1].GetProperty("progress").GetProperty("done").GetInt32());
        Assert.Equal(
            ["json stdin", "attribute", "demo", "--method", "data/trak", "--targets", "test:0-199", "--json", "--runs",
             workbench.Runs],
            await File.ReadAllLinesAsync(workbench.PathOf("words"), Test));
    }

    [Fact]
    public async Task Job_that_fails_tells_its_last_line_as_cause_and_action()
    {
        await using Workbench workbench = await StartAsync(
            "echo 'first words' >&2; echo 'The checkpoint is missing. Train the run anew: `tessar train --resume demo`.' "
                + ">&2; exit 3");

        JsonElement job = await EndAsync(workbench, Trak);

        JsonElement problem = job.GetProperty("problem");
        Assert.Equal(("failed", "job-failed"), (State(job), problem.GetProperty("code").GetString()));
        Assert.Equal("The checkpoint is missing.", problem.GetProperty("cause").GetString());
        Assert.Equal("tessar train --resume demo", problem.GetProperty("command").GetString());
    }

    [Fact]
    public async Task Job_that_tells_its_error_as_data_is_told_in_words_of_the_page()
    {
        const string Line = "{\"error\":{\"message\":\"The factor is singular.\",\"remedies\":[{\"kind\":\"SetMethodOption\","
            + "\"name\":\"damping\",\"value\":\"1\"},{\"kind\":\"DescribeMethod\",\"name\":\"data/trak\"}]}}";
        await using Workbench workbench = await StartAsync(
            $"echo '{Line}' >&2; echo 'The factor is singular. Next: `--set damping=1`.' >&2; exit 3");

        JsonElement problem = (await EndAsync(workbench, Trak)).GetProperty("problem");

        Assert.Equal(
            (
                "The factor is singular.",
                "Set the method’s option “damping” to 1. Or see what data/trak can be told:", "tessar methods data/trak"
            ),
            (problem.GetProperty("cause").GetString(), problem.GetProperty("action").GetString(),
                problem.GetProperty("command").GetString()));
    }

    [Fact]
    public async Task Process_that_is_killed_without_a_word_is_told_by_its_code()
    {
        await using Workbench workbench = await StartAsync("kill -SEGV $$");

        JsonElement job = await EndAsync(workbench, Trak);

        Assert.Equal("failed", State(job));
        Assert.Contains("139", job.GetProperty("problem").GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_that_is_not_there_fails_the_job_and_not_the_server()
    {
        var options = new WorkbenchOptions { JobProgram = new JobProgram("/nowhere/tessar", []) };
        await using Workbench workbench = await Workbench.StartAsync(options, _bare);

        JsonElement job = await EndAsync(workbench, Trak);

        Assert.Equal("job-not-started", job.GetProperty("problem").GetProperty("code").GetString());
        Assert.Equal(
            "tessar attribute demo --method data/trak --targets test:0-199",
            job.GetProperty("problem").GetProperty("command").GetString());
        await workbench.GetAsync("/api/runs");
    }

    [Theory]
    [InlineData(JobScript.UntilTheParentEnds)]
    [InlineData("trap '' TERM INT; sleep 600")]
    public async Task Canceled_job_ends_whether_its_process_listens_or_not(string script)
    {
        await using Workbench workbench = await StartAsync($"echo $$ > \"$RUNS/pid\"; {script}");
        string id = (await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak)).Document.GetProperty("id").GetString()!;
        string pid = await PidAsync(workbench);

        (HttpStatusCode status, JsonElement _) = await workbench.ChangeAsync(HttpMethod.Delete, $"/api/jobs/{id}");
        JsonElement last = (await EventsAsync(workbench, id))[^1];

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("cancelled", State(last));
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task One_job_runs_at_a_time_in_order_and_one_that_waits_can_be_canceled()
    {
        await using Workbench workbench = await StartAsync(
            "echo start $6 >> \"$RUNS/order\"; until mv \"$RUNS/go\" \"$RUNS/gone\" 2> /dev/null; do sleep 0.02; done; echo end "
                + "$6 >> \"$RUNS/order\"");
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => SubmitAsync(workbench, i)));
        JsonElement[] waiting = [.. (await workbench.GetAsync("/api/jobs")).GetProperty("jobs").EnumerateArray()
            .Where(job => State(job) == "queued")];
        string dropped = waiting[0].GetProperty("id").GetString()!;

        (HttpStatusCode _, JsonElement canceled) = await workbench.ChangeAsync(HttpMethod.Delete, $"/api/jobs/{dropped}");
        for (int i = 0; i < 2; i++)
        {
            await File.WriteAllTextAsync(workbench.PathOf("go"), "", Test);
            while (File.Exists(workbench.PathOf("go")))
                await Task.Delay(20, Test);
        }

        foreach (string id in ids)
            await EventsAsync(workbench, id);

        Assert.Equal(2, waiting.Length);
        Assert.Equal("cancelled", State(canceled));
        string[] order = await File.ReadAllLinesAsync(workbench.PathOf("order"), Test);
        Assert.Equal(4, order.Length);
        Assert.Equal(order[0].Replace("start", "end", StringComparison.Ordinal), order[1]);
        Assert.Equal(order[2].Replace("start", "end", StringComparison.Ordinal), order[3]);
    }

    [Fact]
    public async Task Same_request_is_one_job_until_it_has_ended()
    {
        await using Workbench workbench = await StartAsync(JobScript.UntilTheParentEnds);

        string first = (await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak)).Document.GetProperty("id").GetString()!;
        string second = (await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak)).Document.GetProperty("id").GetString()!;
        await workbench.ChangeAsync(HttpMethod.Delete, $"/api/jobs/{first}");
        await EventsAsync(workbench, first);
        string third = (await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak)).Document.GetProperty("id").GetString()!;

        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
    }

    [Fact]
    public async Task Queue_that_is_full_refuses_by_name()
    {
        await using Workbench workbench = await StartAsync(JobScript.UntilTheParentEnds);
        for (int i = 0; i < 17; i++)
            await SubmitAsync(workbench, i);

        (HttpStatusCode status, JsonElement problem) = await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Request(17));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "queue-full"), (status, problem.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("{}", "job-wrong")]
    [InlineData("null", "job-wrong")]
    [InlineData("[", "job-wrong")]
    [InlineData("{\"run\":\"demo\",\"method\":\"data/trak\",\"targets\":\"test:0-199\",\"shell\":\"rm\"}", "job-wrong")]
    [InlineData("{\"run\":\"demo\",\"method\":\"data/trak\",\"targets\":\"test\"}", "job-wrong")]
    [InlineData("{\"run\":\"demo\",\"method\":\"data/trak\",\"targets\":\"test:0-2000\"}", "example-missing")]
    [InlineData("{\"run\":\"demo\",\"method\":\"data/trak\",\"targets\":\"--report:0-1\"}", "split-unknown")]
    [InlineData("{\"run\":\"demo\",\"method\":\"data/none\",\"targets\":\"test:0-1\"}", "request-wrong")]
    [InlineData("{\"run\":\"demo\",\"method\":\"--json\",\"targets\":\"test:0-1\"}", "request-wrong")]
    [InlineData("{\"run\":\"../demo\",\"method\":\"data/trak\",\"targets\":\"test:0-1\"}", "run-missing")]
    [InlineData("{\"run\":\"demo,demo\",\"method\":\"data/trak\",\"targets\":\"test:0-1\"}", "run-missing")]
    public async Task Request_that_can_be_seen_to_be_wrong_starts_nothing(string body, string code)
    {
        await using Workbench workbench = await StartAsync("touch \"$RUNS/started\"");

        (HttpStatusCode status, JsonElement problem) = await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", body);

        Assert.InRange((int)status, 400, 499);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Empty((await workbench.GetAsync("/api/jobs")).GetProperty("jobs").EnumerateArray());
        Assert.False(File.Exists(workbench.PathOf("started")));
    }

    [Fact]
    public async Task Job_without_the_token_is_not_started()
    {
        await using Workbench workbench = await StartAsync("touch \"$RUNS/started\"");
        using var content = new StringContent(Trak, System.Text.Encoding.UTF8, "application/json");

        using HttpResponseMessage answer = await workbench.Client.PostAsync(
            new Uri("/api/jobs", UriKind.Relative), content, Test);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty((await workbench.GetAsync("/api/jobs")).GetProperty("jobs").EnumerateArray());
    }

    [Fact]
    public async Task Server_without_a_program_for_jobs_says_so_and_gives_the_command()
    {
        await using Workbench workbench = await Workbench.StartAsync(_bare);

        (HttpStatusCode status, JsonElement problem) = await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "jobs-unavailable"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal("tessar attribute demo --method data/trak --targets test:0-199", problem.GetProperty("command").GetString());
        Assert.False((await workbench.GetAsync("/api/jobs")).GetProperty("isAvailable").GetBoolean());
    }

    [Fact]
    public async Task Unknown_job_is_a_named_problem()
    {
        await using Workbench workbench = await StartAsync("true");

        await workbench.GetProblemAsync("/api/jobs/7", HttpStatusCode.NotFound, "job-missing");
        await workbench.GetProblemAsync("/api/jobs/7/events", HttpStatusCode.NotFound, "job-missing");
    }

    [Theory]
    [InlineData(JobScript.UntilTheParentEnds)]
    [InlineData("trap '' TERM INT; sleep 600")]
    public async Task Stopping_the_server_ends_its_streams_and_its_jobs(string script)
    {
        Workbench workbench = await StartAsync($"echo $$ > \"$RUNS/pid\"; {script}");
        string id = (await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", Trak)).Document.GetProperty("id").GetString()!;
        string pid = await PidAsync(workbench);
        using HttpResponseMessage stream = await workbench.Client.GetAsync(
            new Uri($"/api/jobs/{id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Test);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        using var stop = new CancellationTokenSource();
        Task waiting = workbench.Server.WaitForShutdownAsync(stop.Token);

        await stop.CancelAsync();
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), Test);

        Assert.False(Directory.Exists($"/proc/{pid}"));
        await Assert.ThrowsAnyAsync<Exception>(() => workbench.GetAsync("/api/runs"));
        await workbench.DisposeAsync();
    }

    // The script finds the folder of the runs, in which it leaves its traces, in $RUNS: the last of its words.
    private static Task<Workbench> StartAsync(string script) => Workbench.StartAsync(
        new WorkbenchOptions { JobProgram = JobScript.Of("for RUNS; do :; done; " + script) }, _bare);

    private static string Request(int target) =>
        Trak.Replace("test:0-199", FormattableString.Invariant($"test:0-{target}"), StringComparison.Ordinal);

    private static async Task<string> SubmitAsync(Workbench workbench, int target)
    {
        (HttpStatusCode status, JsonElement document) = await workbench.ChangeAsync(
            HttpMethod.Post, "/api/jobs", Request(target));
        Assert.Equal(HttpStatusCode.Accepted, status);
        return document.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> EndAsync(Workbench workbench, string request)
    {
        string id = (await workbench.ChangeAsync(HttpMethod.Post, "/api/jobs", request)).Document.GetProperty("id").GetString()!;
        return (await EventsAsync(workbench, id))[^1];
    }

    private static async Task<List<JsonElement>> EventsAsync(Workbench workbench, string id)
    {
        var events = new List<JsonElement>();
        using Stream stream = await workbench.Client.GetStreamAsync(new Uri($"/api/jobs/{id}/events", UriKind.Relative), Test);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(Test) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                events.Add(JsonDocument.Parse(line["data: ".Length..]).RootElement);
        }

        return events;
    }

    private static async Task<string> PidAsync(Workbench workbench)
    {
        string file = workbench.PathOf("pid");
        while (!File.Exists(file) || (await File.ReadAllTextAsync(file, Test)).Length == 0)
            await Task.Delay(20, Test);
        return (await File.ReadAllTextAsync(file, Test)).Trim();
    }

    private static string State(JsonElement job) => job.GetProperty("state").GetString()!;

    private static string? Stage(JsonElement job) =>
        job.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress
            ? progress.GetProperty("stage").GetString()
            : null;
}
