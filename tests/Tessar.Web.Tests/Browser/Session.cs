using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Tessar.Web.Tests.Browser;

/// <summary>
/// One tab. At its end: no request left the server, nothing was logged as an error, no layout has shifted.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    // Lists the movements that the browser counts as unexpected.
    private const string WatchShifts =
        "window.shifted = []; new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput)"
        + " window.shifted.push(entry.value + ' ' + entry.sources.map(s => s.node?.outerHTML?.slice(0, 120) + "
        + "JSON.stringify([s.previousRect, s.currentRect])).join(' | ')); })"
        + ".observe({ type: 'layout-shift', buffered: true });";

    private readonly IBrowserContext _context;
    private readonly Uri _server;
    private readonly List<string> _foreign = [];
    private readonly List<string> _errors = [];

    private Session(IBrowserContext context, IPage page, Uri server) => (_context, Page, _server) = (context, page, server);

    public IPage Page { get; }

    /// <summary>Whether requests may fail: pages that are shown an error on purpose.</summary>
    public bool MayFail { get; init; }

    /// <summary>Whether the layout may move: pages whose run changes while they are open.</summary>
    public bool MayShift { get; set; }

    public static async Task<Session> OpenAsync(
        Chromium chromium, Uri server, string address, ColorScheme theme = ColorScheme.Light, bool mayFail = false,
        (int Width, int Height)? size = null, Func<IPage, Task>? prepare = null)
    {
        IBrowserContext tab = await chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = server.ToString(),
            ViewportSize = new ViewportSize { Width = size?.Width ?? 1280, Height = size?.Height ?? 720 },
            DeviceScaleFactor = 1,
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "UTC",
        });
        await tab.AddInitScriptAsync(WatchShifts);
        IPage page = await tab.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        var session = new Session(tab, page, server) { MayFail = mayFail };
        page.Request += (_, request) => session.Note(request);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                session._errors.Add(message.Text);
        };
        page.PageError += (_, error) => session._errors.Add(error);
        if (prepare is not null)
            await prepare(page);
        await page.GotoAsync(address);
        return session;
    }

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name });

    public ILocator Role(AriaRole role, string name) => Page.GetByRole(role, new PageGetByRoleOptions { Name = name });

    /// <summary>Path and query of the page's address.</summary>
    public string Address => new Uri(Page.Url).PathAndQuery;

    public Task WaitForAddressAsync(string address) =>
        Page.WaitForFunctionAsync("wanted => location.pathname + location.search === wanted", address);

    /// <summary>Waits until documents, images and the font are there.</summary>
    public async Task SettleAsync()
    {
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await Page.WaitForFunctionAsync(
            "() => document.querySelector('h1') && document.fonts.status === 'loaded' && "
                + "!document.querySelector('[aria-busy=true]') && [...document.images].every(i => i.complete)");
    }

    public async Task AssertAccessibleAsync()
    {
        AxeResult result = await Page.RunAxe();
        Assert.True(
            result.Violations.Length == 0,
            string.Join(
                '\n',
                result.Violations.Select(violation =>
                    $"{violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")));
    }

    public async ValueTask DisposeAsync()
    {
        string[] shifted = await Page.EvaluateAsync<string[]>("() => window.shifted");
        await _context.DisposeAsync();
        Assert.Empty(_foreign);
        if (!MayFail)
            Assert.True(_errors.Count == 0, $"The console shows errors:\n{string.Join('\n', _errors)}");
        Assert.True(MayShift || shifted.Length == 0, $"The layout shifted:\n{string.Join('\n', shifted)}");
    }

    private void Note(IRequest request)
    {
        var address = new Uri(request.Url);
        if (address.Scheme != "blob" && address.Authority != _server.Authority)
            _foreign.Add(request.Url);
    }
}
