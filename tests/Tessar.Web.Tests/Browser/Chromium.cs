using Microsoft.Playwright;

namespace Tessar.Web.Tests.Browser;

/// <summary>The system's Chromium, started once for all browser tests; Playwright's own browsers aren't downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;

    internal IBrowser Browser { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Find(),
            Args =
            [
                "--no-sandbox", "--disable-background-networking", "--disable-gpu", "--font-render-hinting=none",
                "--disable-lcd-text", "--force-color-profile=srgb",
            ],
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string Find()
    {
        string[] candidates = Environment.GetEnvironmentVariable("TESSAR_CHROMIUM") is { Length: > 0 } chosen
            ? [chosen, .. _names]
            : _names;
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator);
        return candidates.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "The browser tests need Chromium: `apt-get install chromium`, or name its program in TESSAR_CHROMIUM.");
    }
}
