using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Playwright;
using Tessar.Runs;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>What pages show is what documents say.</summary>
public sealed class ContentTests(SharedWorkbench shared, Chromium chromium)
{
    [Fact]
    public async Task Example_shows_probabilities_with_label_and_prediction_marked()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo/example/test/21");

        await Assertions.Expect(session.Heading("Test image 21: Sandal, taken for Sneaker")).ToBeVisibleAsync();
        ILocator rows = session.Page.GetByRole(AriaRole.Table, new() { NameString = "The network gives Sneaker" })
            .GetByRole(AriaRole.Row);
        JsonElement prediction = (await shared.Workbench.GetAsync("/api/runs/demo/example/test/21")).GetProperty("prediction");
        double sandal = prediction.GetProperty("probabilities")[5].GetDouble();
        await Assertions.Expect(rows.Filter(new() { HasText = "Sandal" }))
            .ToContainTextAsync((sandal * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %");
        await Assertions.Expect(rows.Filter(new() { HasText = "Sandal" })).ToContainTextAsync("label");
        await Assertions.Expect(rows.Filter(new() { HasText = "Sneaker" })).ToContainTextAsync("predicted");
    }

    [Fact]
    public async Task Planted_error_is_marked_on_its_card_and_on_its_page()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo/example/test/43");

        ILocator card = session.Role(AriaRole.Link, "Training image 337");
        await Assertions.Expect(card).ToContainTextAsync("Coat");
        await Assertions.Expect(card).ToContainTextAsync("is Ankle boot");
        await card.ClickAsync();
        await Assertions.Expect(session.Heading("Training image 337: Ankle boot, labelled Coat on purpose")).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText("planted error")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Image_is_drawn_large_and_crisp()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo/example/test/21");
        ILocator image = session.Role(AriaRole.Img, "Test image 21, Sandal");

        await Assertions.Expect(image).ToBeVisibleAsync();
        LocatorBoundingBoxResult box = (await image.BoundingBoxAsync())!;
        Assert.True(box.Width >= 200 && box.Width % 28 == 0 && box.Width.Equals(box.Height), $"{box.Width} × {box.Height}");
        Assert.Equal("pixelated", await image.EvaluateAsync<string>("element => getComputedStyle(element).imageRendering"));
    }

    [Fact]
    public async Task Hundred_thousand_points_are_drawn_as_a_few_and_read_exactly_in_the_table()
    {
        await using Workbench workbench = await Workbench.StartAsync(
            new RunRecipe { Metrics = Curves.Of(100_000, stepsPerEpoch: 20_000), HasPredictions = false, Methods = [] });
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, "/r/demo", mayFail: true);
        await Assertions.Expect(session.Page.Locator("#loss")).ToContainTextAsync("Thinned");

        string path = (await session.Page.Locator("#loss path.thin").GetAttributeAsync("d"))!;
        Assert.InRange(path.Count(c => c == 'L'), 500, 2000);
        await session.Page.Locator("#loss").GetByRole(AriaRole.Button, new() { Name = "As table" }).ClickAsync();
        await Assertions.Expect(session.Page.Locator("#loss")).ToContainTextAsync("Rows 1 to 100 of 100,005");
        await session.Role(AriaRole.Button, "Later").ClickAsync();
        await session.WaitForAddressAsync("/r/demo?row=100&table=loss");
        await Assertions.Expect(session.Page.Locator("#loss tbody tr").First.GetByRole(AriaRole.Cell).First)
            .ToHaveTextAsync("101");
    }

    [Fact]
    public async Task Dragging_over_a_chart_zooms_both_charts()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo");
        await session.SettleAsync();
        // Hovering waits until the chart stands still and takes the pointer's events.
        ILocator slider = session.Page.GetByRole(AriaRole.Slider).First;
        await slider.HoverAsync();
        LocatorBoundingBoxResult chart = (await slider.BoundingBoxAsync())!;

        await session.Page.Mouse.MoveAsync(chart.X + 120, chart.Y + 80);
        await session.Page.Mouse.DownAsync();
        await session.Page.Mouse.MoveAsync(chart.X + 260, chart.Y + 80, new MouseMoveOptions { Steps = 4 });
        await session.Page.Mouse.UpAsync();

        await session.Page.WaitForFunctionAsync("() => location.pathname === '/r/demo' && location.search.startsWith('?steps=')");
        await Assertions.Expect(session.Page.Locator("#loss")).ToContainTextAsync("show all");
        await Assertions.Expect(session.Page.Locator("#accuracy")).ToContainTextAsync("show all");
    }

    [Fact]
    public async Task Saved_chart_stands_alone()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo");
        await session.SettleAsync();

        IDownload download = await session.Page.RunAndWaitForDownloadAsync(
            () => session.Page.Locator("#loss").GetByRole(AriaRole.Button, new() { Name = "Save as SVG" }).ClickAsync());

        Assert.Equal("loss.svg", download.SuggestedFilename);
        string svg = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        XElement root = XDocument.Parse(svg).Root!;
        Assert.Equal("svg", root.Name.LocalName);
        Assert.StartsWith("Test loss is", root.Elements().First().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("var(", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("class=", svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_run_needs_no_search_and_a_thousand_can_be_searched_and_sorted()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { HasPredictions = false, Methods = [] });
        await using (Session one = await Session.OpenAsync(chromium, workbench.Url, "/"))
        {
            await Assertions.Expect(one.Page.GetByText("1 recorded run in")).ToBeVisibleAsync();
            await Assertions.Expect(one.Page.GetByRole(AriaRole.Searchbox)).ToHaveCountAsync(0);
        }

        JsonFile.Edit(workbench.PathOf("demo", "run.json"), _ => { });
        string record = await File.ReadAllTextAsync(workbench.PathOf("demo", "run.json"), TestContext.Current.CancellationToken);
        for (int i = 1; i < 1000; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"run-{i:000}");
            Directory.CreateDirectory(workbench.PathOf(name));
            await File.WriteAllTextAsync(
                workbench.PathOf(name, "run.json"),
                record.Replace("\"name\":\"demo\"", $"\"name\":\"{name}\"", StringComparison.Ordinal),
                TestContext.Current.CancellationToken);
        }

        await using Session many = await Session.OpenAsync(chromium, workbench.Url, "/?find=run-07&sort=-name");
        await Assertions.Expect(many.Page.GetByText("1,000 recorded runs in")).ToBeVisibleAsync();
        await Assertions.Expect(many.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Rowheader)).ToHaveCountAsync(10);
        await Assertions.Expect(many.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Rowheader).First)
            .ToContainTextAsync("run-079");
        await many.Page.GetByRole(AriaRole.Searchbox).FillAsync("");
        await Assertions.Expect(many.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Rowheader)).ToHaveCountAsync(1000);
    }

    [Fact]
    public async Task Running_run_is_followed_to_its_end_without_a_reload()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { Methods = [] });
        Run run = workbench.Open("demo");
        JsonFile.Edit(workbench.PathOf("demo", "run.json"), json => json["status"] = "running");
        Directory.Move(workbench.PathOf("demo", "results"), workbench.PathOf("later"));
        using (RunLock.Take(run.Directory))
        {
            await using Session session = await Session.OpenAsync(chromium, workbench.Url, "/r/demo", mayFail: true);
            session.MayShift = true;
            await Assertions.Expect(session.Page.GetByText("Running")).ToBeVisibleAsync();
            await Assertions.Expect(session.Heading("No predictions recorded")).ToBeVisibleAsync();

            Directory.Move(workbench.PathOf("later"), workbench.PathOf("demo", "results"));
            JsonFile.Edit(workbench.PathOf("demo", "run.json"), json => json["status"] = "completed");

            await Assertions.Expect(session.Page.GetByText("Completed")).ToBeVisibleAsync();
            await Assertions.Expect(session.Page.GetByText("34 of 200 test images are classified wrongly.")).ToBeVisibleAsync();
        }
    }
}
