using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>
/// A lens that no file of the program or of the pages names: its card, its results and its jobs come by themselves.
/// </summary>
public sealed class ToyLensTests(Chromium chromium)
{
    private const string Question = "How dark are the images of each class?";
    private const string Button = "Compute toy/mean-shade for this run";

    public static TheoryData<ColorScheme> Themes => new(ColorScheme.Light, ColorScheme.Dark);

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task Results_are_listed_with_staleness_and_one_that_is_open_is_in_the_address(ColorScheme theme)
    {
        await using Workbench workbench = await StartAsync();
        ToyResults.Write(workbench.Open("demo"));
        await using Session session = await Session.OpenAsync(
            chromium, workbench.Url, "/r/demo", theme, size: (1280, 1100));
        await session.SettleAsync();
        ILocator panel = session.Role(AriaRole.Region, Question);
        ILocator rows = panel.GetByRole(AriaRole.Row).Filter(new() { HasText = "toy/mean-shade" });

        await Assertions.Expect(panel).ToContainTextAsync("2 results of the Toy lens, 1 stale.");
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        foreach (string words in new[] { "Done", "train:0-2999", "classes 3", "empty-classes 0 ≤ 0", "0.3 s",
            "4 Mar 2026 · 11:30" })
            await Assertions.Expect(rows.First).ToContainTextAsync(words);
        await Assertions.Expect(rows.Last).ToContainTextAsync("Stale");
        await Assertions.Expect(rows.Last).ToContainTextAsync("it was computed for other data than the run records.");
        await AssertCardAsync(session, "Done");
        await session.AssertAccessibleAsync();

        await rows.First.GetByRole(AriaRole.Button).ClickAsync();
        foreach (string words in new[] { "class Sandal, class Sneaker, class Dress", "A toy says little.", "shades", "105" })
            await Assertions.Expect(panel.GetByText(words).First).ToBeVisibleAsync();
        await session.Page.ReloadAsync();
        await Assertions.Expect(panel.GetByText("class Sandal, class Sneaker, class Dress")).ToBeVisibleAsync();
        await session.SettleAsync();
        await session.AssertAccessibleAsync();
        IDownload download = await session.Page.RunAndWaitForDownloadAsync(
            () => panel.GetByRole(AriaRole.Link, new() { Name = "Arrays" }).ClickAsync());
        Assert.EndsWith(".safetensors", download.SuggestedFilename, StringComparison.Ordinal);
        await MatchesAsync(session, panel, "results", theme);
        session.MayShift = true;
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task Without_a_result_there_is_the_question_the_button_and_the_command(ColorScheme theme)
    {
        await using Workbench workbench = await StartAsync();
        await using Session session = await Session.OpenAsync(
            chromium, workbench.Url, "/r/demo", theme, size: (1280, 1100));
        await session.SettleAsync();
        ILocator panel = session.Role(AriaRole.Region, Question);

        await Assertions.Expect(session.Heading("No result of the Toy lens yet")).ToBeVisibleAsync();
        await Assertions.Expect(panel.GetByRole(AriaRole.Button, new() { Name = Button })).ToBeVisibleAsync();
        await Assertions.Expect(panel.GetByText("tessar shade demo --method toy/mean-shade")).ToBeVisibleAsync();
        await AssertCardAsync(session, "Not computed");
        await session.AssertAccessibleAsync();
        await MatchesAsync(session, panel, "results-missing", theme);
    }

    [Fact]
    public async Task Without_jobs_there_is_the_command_and_no_button()
    {
        await using Workbench workbench = await Workbench.StartAsync(
            new WorkbenchOptions { Methods = ToyResults.Catalog }, new RunRecipe());
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, "/r/demo");
        await session.SettleAsync();
        ILocator panel = session.Role(AriaRole.Region, Question);

        await Assertions.Expect(panel.GetByText("tessar shade demo --method toy/mean-shade")).ToBeVisibleAsync();
        await Assertions.Expect(panel.GetByRole(AriaRole.Button, new() { Name = Button })).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Program_that_is_told_of_the_assembly_computes_the_method_from_the_page()
    {
        await using Workbench files = await Workbench.StartAsync(new RunRecipe());
        using Process program = Serve(files.Runs);
        try
        {
            using JsonDocument said = JsonDocument.Parse(await FirstObjectAsync(program));
            var url = new Uri(said.RootElement.GetProperty("url").GetString()!);
            await using Session session = await Session.OpenAsync(chromium, url, "/r/demo");
            session.MayShift = true;
            ILocator panel = session.Role(AriaRole.Region, Question);
            await AssertCardAsync(session, "Not computed");

            await panel.GetByRole(AriaRole.Button, new() { Name = Button }).ClickAsync();

            // A start of the runtime on a busy machine may take long.
            ILocator row = panel.GetByRole(AriaRole.Row).Filter(new() { HasText = "toy/mean-shade" });
            await Assertions.Expect(row).ToContainTextAsync("Done", new() { Timeout = 60_000 });
            await AssertCardAsync(session, "Done");
            await row.GetByRole(AriaRole.Button).ClickAsync();
            await Assertions.Expect(panel.GetByText("class Sandal")).ToBeVisibleAsync();
            await Assertions.Expect(panel.GetByText("shades")).ToBeVisibleAsync();
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            await program.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task AssertCardAsync(Session session, string state)
    {
        ILocator card = session.Role(AriaRole.Region, "Lenses").Locator(".lens").Filter(new() { HasText = Question });
        foreach (string words in new[] { "Toy", "shade", "toy/mean-shade", state })
            await Assertions.Expect(card).ToContainTextAsync(words);
    }

    private static async Task MatchesAsync(Session session, ILocator panel, string name, ColorScheme theme)
    {
        await panel.ScrollIntoViewIfNeededAsync();
        byte[] image = await panel.ScreenshotAsync(new LocatorScreenshotOptions
        {
            Mask = [session.Page.Locator(".command")],
            MaskColor = "#888888"
        });
        Image.Matches(image, $"{name}-{(theme == ColorScheme.Dark ? "dark" : "light")}");
    }

    private static Task<Workbench> StartAsync() => Workbench.StartAsync(
        new WorkbenchOptions { Methods = ToyResults.Catalog, JobProgram = JobScript.Of(JobScript.UntilTheParentEnds) },
        new RunRecipe());

    // Its standard output stays open for as long as it serves.
    private static async Task<string> FirstObjectAsync(Process program)
    {
        var text = new System.Text.StringBuilder();
        while (await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            text.AppendLine(line);
            if (line == "}" || (line.StartsWith('{') && line.EndsWith('}')))
                return text.ToString();
        }

        throw new InvalidOperationException(await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    // The program as it was built beside this one; its assemblies aren't copied here.
    private static Process Serve(string runs)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        string program = Path.Combine(folder.Parent!.Parent!.FullName, "Tessar.Cli", folder.Name, "Tessar.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, "serve", "--port", "0", "--no-open", "--json", "--runs", runs])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TESSAR_METHODS"] = typeof(ToyLensTests).Assembly.Location;
        return Process.Start(start)!;
    }
}
