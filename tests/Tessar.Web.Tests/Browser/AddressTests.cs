using Microsoft.Playwright;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>The address is the state: what it says is shown, what is shown is said in it.</summary>
public sealed class AddressTests(SharedWorkbench shared, Chromium chromium)
{
    [Theory]
    [InlineData("/?find=demo&sort=accuracy")]
    [InlineData("/?sort=-name")]
    [InlineData("/r/demo?at=94&steps=40-200")]
    [InlineData("/r/demo?row=100&table=accuracy")]
    [InlineData("/r/both/example/test/21?as=table&method=data%2Ftrak")]
    [InlineData("/r/demo/example/train/337?from=test%3A43")]
    public async Task Reload_restores_the_same_picture(string address)
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, address);
        await session.SettleAsync();
        byte[] before = await session.Page.ScreenshotAsync();

        await session.Page.ReloadAsync();
        await session.SettleAsync();

        Assert.Equal(address, session.Address);
        byte[] after = await session.Page.ScreenshotAsync();
        // The browser may smooth the edges of a glyph differently from one time to the next; a word or a line is more than that.
        Assert.InRange(Image.Difference(before, after, tolerance: 24), 0, 5e-5);
    }

    [Fact]
    public async Task Actions_write_the_address_and_back_undoes_page_changes()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/");
        await session.Role(AriaRole.Button, "Test accuracy").ClickAsync();
        await session.WaitForAddressAsync("/?sort=-accuracy");
        await session.Page.GetByRole(AriaRole.Rowheader).GetByRole(AriaRole.Link, new() { Name = "demo" }).ClickAsync();
        await session.WaitForAddressAsync("/r/demo");
        await session.Page.Locator("#loss").GetByRole(AriaRole.Button, new() { Name = "As table" }).ClickAsync();
        await session.WaitForAddressAsync("/r/demo?table=loss");
        await session.Page.GetByRole(AriaRole.Main).Locator("a[href='/r/demo/example/test/21']").ClickAsync();
        await session.WaitForAddressAsync("/r/demo/example/test/21");

        await session.Page.GoBackAsync();
        await session.WaitForAddressAsync("/r/demo?table=loss");
        await Assertions.Expect(session.Role(AriaRole.Region, "Recorded rows")).ToBeVisibleAsync();
        await session.Page.GoForwardAsync();
        await Assertions.Expect(session.Heading("Test image 21: Sandal, taken for Sneaker")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Method_is_chosen_by_the_select_and_written_into_the_address()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/both/example/test/21");

        await session.Role(AriaRole.Combobox, "Computed by").SelectOptionAsync("data/trak");

        await session.WaitForAddressAsync("/r/both/example/test/21?method=data%2Ftrak");
        await Assertions.Expect(session.Role(AriaRole.Combobox, "Computed by")).ToHaveValueAsync("data/trak");
    }

    [Theory]
    [InlineData("/r/demo?colour=blue", "has a key “colour”")]
    [InlineData("/r/demo?steps=9-3", "gives “steps” the value “9-3”")]
    [InlineData("/?sort=beauty", "gives “sort” the value “beauty”")]
    public async Task What_the_page_does_not_understand_is_ignored_with_a_notice(string address, string notice)
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, address);

        await Assertions.Expect(session.Page.GetByRole(AriaRole.Note)).ToContainTextAsync(notice);
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Missing_run_lists_the_runs_there_are()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/nobody", mayFail: true);

        await Assertions.Expect(session.Heading("Runs that can be opened")).ToBeVisibleAsync();
        await session.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "both" }).ClickAsync();
        await session.WaitForAddressAsync("/r/both");
    }

    [Fact]
    public async Task Chips_of_the_thread_can_be_taken_away_one_by_one()
    {
        await using Session session = await Session.OpenAsync(
            chromium, shared.Workbench.Url, "/r/demo/example/train/337?from=test%3A43");

        await session.Role(AriaRole.Link, "Take Test image 43 off the thread").ClickAsync();
        await session.WaitForAddressAsync("/r/demo/example/train/337");
        await session.Role(AriaRole.Link, "Take Training image 337 off the thread").ClickAsync();
        await session.WaitForAddressAsync("/r/demo");
        await session.Role(AriaRole.Link, "Take demo off the thread").ClickAsync();
        await session.WaitForAddressAsync("/");
    }

    [Fact]
    public async Task Chosen_theme_is_remembered()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/", ColorScheme.Light);

        await session.Role(AriaRole.Button, "Use the dark theme").ClickAsync();
        await session.Page.GotoAsync("/r/demo");

        await Assertions.Expect(session.Role(AriaRole.Button, "Use the light theme")).ToBeVisibleAsync();
        Assert.Equal(
            "dark", await session.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).colorScheme"));
    }
}
