using Microsoft.Playwright;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>The button that has the server compute what is missing, from the click to the result.</summary>
public sealed class ComputeTests(Chromium chromium)
{
    private const string Address = "/r/demo/example/test/21";

    // Gives its progress, waits to be told to go on, puts the result where it belongs; the folder of the runs is its last word.
    private static readonly string _script =
        "for RUNS; do :; done; " + JobScript.Progress("Gradients", 750, 3000)
            + "; until [ -e \"$RUNS/go\" ]; do sleep 0.05; done; "
        + "mv \"$RUNS/later\" \"$RUNS/demo/results/data\"";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Click_starts_the_job_its_progress_is_shown_and_the_result_appears(ColorScheme theme)
    {
        await using Workbench workbench = await StartAsync();
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, Address, theme);
        session.MayShift = true;
        ILocator button = session.Role(AriaRole.Button, "Compute TRAK for this run");
        await Assertions.Expect(button).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();

        await button.ClickAsync();
        ILocator progress = session.Role(AriaRole.Progressbar, "Compute TRAK for this run");
        await Assertions.Expect(progress).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText("Gradients: 750 of 3,000 examples")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();

        // Somebody who comes back finds it under way.
        await session.Page.ReloadAsync();
        await Assertions.Expect(session.Page.GetByText("Gradients: 750 of 3,000 examples")).ToBeVisibleAsync();
        await File.WriteAllTextAsync(workbench.PathOf("go"), "", TestContext.Current.CancellationToken);

        await Assertions.Expect(session.Heading("Pushed it to Sneaker")).ToBeVisibleAsync();
        await Assertions.Expect(button).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Job_can_be_canceled_and_started_again()
    {
        await using Workbench workbench = await StartAsync(JobScript.UntilTheParentEnds);
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, Address);
        session.MayShift = true;
        ILocator button = session.Role(AriaRole.Button, "Compute TRAK for this run");

        await button.ClickAsync();
        await session.Role(AriaRole.Button, "Cancel").ClickAsync();
        await Assertions.Expect(session.Page.GetByText("Cancelled.")).ToBeVisibleAsync();

        await button.ClickAsync();
        await Assertions.Expect(session.Role(AriaRole.Button, "Cancel")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Job_that_fails_says_why_and_the_button_stays()
    {
        await using Workbench workbench = await StartAsync("echo 'The disk is full. Make room, then try again.' >&2; exit 4");
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, Address);
        session.MayShift = true;

        await session.Role(AriaRole.Button, "Compute TRAK for this run").ClickAsync();

        await Assertions.Expect(session.Page.GetByText("The disk is full.")).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText("Make room, then try again.")).ToBeVisibleAsync();
        await Assertions.Expect(session.Role(AriaRole.Button, "Compute TRAK for this run")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Run_that_is_starting_is_followed_until_it_is_there()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        string record = workbench.PathOf("demo", "run.json"), later = Path.Combine(workbench.Parent, "later");
        File.Move(record, later);
        using (Tessar.Runs.RunLock.Take(workbench.PathOf("demo")))
        {
            await using Session session = await Session.OpenAsync(chromium, workbench.Url, "/r/demo", mayFail: true);
            session.MayShift = true;
            await Assertions.Expect(session.Page.GetByText("Starting")).ToBeVisibleAsync();
            await session.AssertAccessibleAsync();

            File.Move(later, record);

            await Assertions.Expect(session.Page.GetByText("34 of 200 test images are classified wrongly.")).ToBeVisibleAsync();
        }
    }

    private static async Task<Workbench> StartAsync(string? script = null)
    {
        Workbench workbench = await Workbench.StartAsync(
            new WorkbenchOptions { JobProgram = JobScript.Of(script ?? _script) }, new RunRecipe());
        Directory.Move(workbench.PathOf("demo", "results", "data"), workbench.PathOf("later"));
        return workbench;
    }
}
