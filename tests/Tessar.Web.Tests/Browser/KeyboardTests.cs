using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>The whole story without a mouse.</summary>
public sealed class KeyboardTests(SharedWorkbench shared, Chromium chromium)
{
    [Fact]
    public async Task Thread_leads_from_the_runs_to_a_mistake_to_what_pushed_it_and_back()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/");
        await session.SettleAsync();

        await PressAsync(session, ">", "/r/demo");
        await PressAsync(session, ">", "/r/demo/example/test/21");
        string strongest = (await session.Page.Locator(".opponents ol a").First.GetAttributeAsync("href"))!;
        Assert.EndsWith("?from=test%3A21", strongest, StringComparison.Ordinal);
        await PressAsync(session, ">", strongest);
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Navigation, new() { Name = "Thread" }))
            .ToContainTextAsync("Test image 21");
        await PressAsync(session, ">", "/r/demo/example/test/21");
    }

    [Fact]
    public async Task Tab_and_enter_lead_from_the_table_to_a_training_image()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/");
        await session.SettleAsync();

        await TabToAsync(session, "a[href='/r/demo']");
        await EnterAsync(session, "/r/demo");
        await Assertions.Expect(session.Heading("demo")).ToBeFocusedAsync();
        await TabToAsync(session, "a[href='/r/demo/example/test/21']");
        await EnterAsync(session, "/r/demo/example/test/21");
        await TabToAsync(session, ".proponents ol a");
        string card = (await session.Page.EvaluateAsync<string>("() => document.activeElement.getAttribute('href')"));
        await EnterAsync(session, card);
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToContainTextAsync("Training image");
    }

    [Fact]
    public async Task Arrows_and_letters_step_through_images_and_mistakes()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo/example/test/21");
        await session.SettleAsync();
        int second = (await shared.Workbench.GetAsync("/api/runs/demo/lenses/data/mistakes?top=2")).GetProperty("mistakes")[1]
            .GetProperty("index").GetInt32();

        await PressAsync(session, "ArrowRight", "/r/demo/example/test/22");
        await PressAsync(session, "j", "/r/demo/example/test/23");
        await PressAsync(session, "k", "/r/demo/example/test/22");
        await PressAsync(session, "ArrowLeft", "/r/demo/example/test/21");
        await PressAsync(session, "m", $"/r/demo/example/test/{second}");
        await PressAsync(session, "M", "/r/demo/example/test/21");
        await session.Page.Keyboard.PressAsync("M");
        await Assertions.Expect(session.Page.Locator("footer")).ToContainTextAsync("There is no earlier mistake");
    }

    [Fact]
    public async Task Next_button_keeps_the_focus_so_that_enter_goes_on()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo/example/test/0");
        await session.SettleAsync();

        await TabToAsync(session, "a[aria-label='Next image']");
        await EnterAsync(session, "/r/demo/example/test/1");
        await EnterAsync(session, "/r/demo/example/test/2");
        await EnterAsync(session, "/r/demo/example/test/3");
    }

    [Fact]
    public async Task Letters_after_g_lead_to_the_rooms_and_a_slash_to_the_search()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo");
        await session.SettleAsync();

        await session.Page.Keyboard.PressAsync("g");
        await PressAsync(session, "e", "/r/demo/example/test/0");
        await session.Page.Keyboard.PressAsync("g");
        await PressAsync(session, "o", "/r/demo");
        await session.Page.Keyboard.PressAsync("g");
        await PressAsync(session, "r", "/");
        await Assertions.Expect(session.Role(AriaRole.Row, "demo").First).ToBeVisibleAsync();
        await session.Page.Keyboard.PressAsync("/");
        await session.Page.Keyboard.TypeAsync("gold");
        await session.WaitForAddressAsync("/?find=gold");
        await Assertions.Expect(session.Page.GetByText("No run matches “gold”.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task First_tab_stop_skips_to_the_content()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo");
        await session.SettleAsync();

        await session.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(session.Role(AriaRole.Link, "Skip to the content")).ToBeFocusedAsync();
        await session.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Help_lists_the_keys_and_can_switch_them_off()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo/example/test/21");
        await session.SettleAsync();

        await session.Page.Keyboard.PressAsync("?");
        ILocator help = session.Role(AriaRole.Dialog, "Keyboard");
        await Assertions.Expect(help).ToBeVisibleAsync();
        await Assertions.Expect(help).ToContainTextAsync("Next mistake");
        await session.AssertAccessibleAsync();
        await session.Role(AriaRole.Checkbox, "Single keys are shortcuts").UncheckAsync();
        await session.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(help).ToBeHiddenAsync();

        await session.Page.Keyboard.PressAsync("j");
        await session.Page.ReloadAsync();
        await session.SettleAsync();
        await session.Page.Keyboard.PressAsync("j");
        await session.SettleAsync();
        Assert.Equal("/r/demo/example/test/21", session.Address);
    }

    [Fact]
    public async Task Chart_is_one_tab_stop_whose_cursor_the_arrows_move()
    {
        await using Session session = await Session.OpenAsync(chromium, shared.Workbench.Url, "/r/demo");
        await session.SettleAsync();
        ILocator chart = session.Page.GetByRole(AriaRole.Slider).First;

        await TabToAsync(session, "#loss [role=slider]");
        await session.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(chart)
            .ToHaveAttributeAsync(
                "aria-valuetext", new Regex("^step 1 · epoch 1 · train ", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await session.Page.Keyboard.PressAsync("ArrowRight");
        await session.Page.Keyboard.PressAsync("Enter");
        await session.WaitForAddressAsync("/r/demo?at=2");
        await session.Page.Keyboard.PressAsync("+");
        await session.Page.WaitForURLAsync("**/r/demo?at=2&steps=*");
        await session.Page.Keyboard.PressAsync("0");
        await session.WaitForAddressAsync("/r/demo?at=2");
        await session.Page.Keyboard.PressAsync("Escape");
        await session.WaitForAddressAsync("/r/demo");
    }

    private static async Task PressAsync(Session session, string key, string address)
    {
        await session.Page.Keyboard.PressAsync(key);
        await session.WaitForAddressAsync(address);
        await session.SettleAsync();
    }

    private static Task EnterAsync(Session session, string address) => PressAsync(session, "Enter", address);

    private static async Task TabToAsync(Session session, string selector)
    {
        for (int stops = 0; stops < 100; stops++)
        {
            await session.Page.Keyboard.PressAsync("Tab");
            if (await session.Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
                return;
        }

        Assert.Fail($"No tab stop matches {selector}.");
    }
}
