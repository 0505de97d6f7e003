using Microsoft.Playwright;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>Every page in every state and both themes: the text that counts is there, and axe finds nothing.</summary>
public sealed class PageStateTests(SharedWorkbench shared, Chromium chromium)
{
    public static MatrixTheoryData<string, ColorScheme> Loaded => new(
        ["/", "/r/demo", "/r/demo?table=loss&at=94&steps=40-200", "/r/demo/example/test/21", "/r/both/example/test/21?as=table",
         "/r/demo/example/train/337?from=test%3A43"],
        [ColorScheme.Light, ColorScheme.Dark]);

    public static MatrixTheoryData<(string Address, string Text, string Command), ColorScheme> Empty => new(
        [
            ("/r/foreign", "No predictions recorded", "tessar predict foreign --targets test:0-199"),
            ("/r/foreign/example/test/3", "The training images behind this are not known yet", "tessar attribute foreign "
                + "--method data/trak --targets test:0-199"),
        ],
        [ColorScheme.Light, ColorScheme.Dark]);

    public static MatrixTheoryData<(string Address, string Text), ColorScheme> Failed => new(
        [
            ("/r/broken", "The run “broken” can’t be read."),
            ("/r/nobody", "There is no run named “nobody”."),
            ("/r/demo/example/test/2000", "The split test has no example 2000."),
            ("/r/demo/example/test/first", "“first” isn’t a number that `index` can have."),
            ("/no/such/page", "There is no page at this address"),
        ],
        [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Loaded))]
    public async Task Loaded_page_is_accessible(string address, ColorScheme theme)
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, address, theme);
        await session.SettleAsync();

        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
        await session.AssertAccessibleAsync();
    }

    [Theory]
    [MemberData(nameof(Empty))]
    public async Task Empty_page_says_what_is_missing_and_the_command_that_makes_it(
        (string Address, string Text, string Command) page, ColorScheme theme)
    {
        // Nothing recorded is answered with 404 where a document asks for nothing else, which browsers log.
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, page.Address, theme, mayFail: true);

        await Assertions.Expect(session.Heading(page.Text)).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText(page.Command, new() { Exact = true }).First).ToBeVisibleAsync();
        await session.SettleAsync();
        await session.AssertAccessibleAsync();
    }

    [Theory]
    [MemberData(nameof(Failed))]
    public async Task Page_with_an_error_says_what_failed_and_keeps_its_frame(
        (string Address, string Text) page, ColorScheme theme)
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, page.Address, theme, mayFail: true);

        await Assertions.Expect(session.Heading(page.Text)).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Combobox, new() { Name = "Run" })).ToBeVisibleAsync();
        await session.SettleAsync();
        await session.AssertAccessibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Without_runs_the_table_gives_way_to_the_command_for_a_first_one(ColorScheme theme)
    {
        await using Workbench workbench = await Workbench.StartAsync();
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, "/", theme);

        await Assertions.Expect(session.Heading("No runs yet")).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText("tessar demo", new() { Exact = true })).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();
    }

    [Theory]
    [InlineData("/", ColorScheme.Light)]
    [InlineData("/r/demo", ColorScheme.Dark)]
    [InlineData("/r/demo/example/test/21", ColorScheme.Light)]
    public async Task Server_that_is_gone_is_said_to_be_gone_and_trying_again_helps(string address, ColorScheme theme)
    {
        await using Session session = await Session.OpenAsync(
            chromium, shared.Workbench.Url, address, theme, mayFail: true,
            prepare: page => page.RouteAsync("**/api/**", route => route.AbortAsync()));
        ILocator problem = session.Heading("The workbench server doesn’t answer.").First;
        await Assertions.Expect(problem).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();

        await session.Page.UnrouteAsync("**/api/**");
        await session.Role(AriaRole.Button, "Try again").First.ClickAsync();

        await Assertions.Expect(problem).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("/", "Loading the runs", ColorScheme.Light)]
    [InlineData("/r/demo", "Loading the run demo", ColorScheme.Dark)]
    [InlineData("/r/demo/example/test/21", "Loading test image 21", ColorScheme.Light)]
    public async Task Loading_page_shows_its_shape_speaks_after_a_second_and_does_not_jump(
        string address, string name, ColorScheme theme)
    {
        var gate = new TaskCompletionSource();
        await using Session session = await Session.OpenAsync(
            chromium, shared.Workbench.Url, address, theme, prepare: page => page.RouteAsync("**/api/**", async route =>
        {
            await gate.Task;
            await route.ContinueAsync();
        }));

        ILocator waiting = session.Role(AriaRole.Status, name);
        await Assertions.Expect(waiting).ToBeVisibleAsync();
        await Assertions.Expect(waiting).ToContainTextAsync("Still loading");
        await session.AssertAccessibleAsync();
        gate.SetResult();

        await Assertions.Expect(waiting).ToBeHiddenAsync();
        await session.SettleAsync();
    }

    [Fact]
    public async Task Stale_result_has_a_banner_with_the_command_that_computes_it_anew()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        JsonFile.Edit(
            workbench.Find("demo", "results/data", "result.json"),
            json => json["inputs"]!["checkpoints"]![0]!["sha256"] = new string('0', 64));
        foreach (string address in new[] { "/r/demo", "/r/demo/example/test/21" })
        {
            await using Session session = await Session.OpenAsync(chromium, workbench.Url, address);

            ILocator banner = session.Page.GetByRole(AriaRole.Note).Filter(new() { HasText = "stale" });
            await Assertions.Expect(banner).ToBeVisibleAsync();
            await Assertions.Expect(banner).ToContainTextAsync("tessar attribute demo --method data/trak --targets test:0-199");
            await session.AssertAccessibleAsync();
        }
    }
}
