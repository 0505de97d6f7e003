using Microsoft.Playwright;
using Tessar.Examples;
using Tessar.Web.Recorded;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Browser;

/// <summary>
/// Pages look as they were approved to look. The font is shipped, the run is seeded, the browser draws without a GPU.
/// </summary>
public sealed class ImageTests(SharedWorkbench shared, Chromium chromium)
{
    public static MatrixTheoryData<(string Address, string Name), ColorScheme> Pages => new(
        [("/r/demo", "overview"), ("/r/demo/example/test/43", "example"), (
            "/r/demo/example/train/337?from=test%3A43", "training-example"), ("/r/foreign/example/test/3", "missing")],
        [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_looks_as_approved((string Address, string Name) page, ColorScheme theme)
    {
        await using Session session = await Session.OpenAsync(
            chromium, shared.Workbench.Url, page.Address, theme, mayFail: page.Name == "missing");
        await session.SettleAsync();

        // Commands are set in whatever fixed-width font the machine has.
        byte[] image = await session.Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Mask = [session.Page.Locator(".command")],
            MaskColor = "#888888"
        });

        Image.Matches(image, $"{page.Name}-{(theme == ColorScheme.Dark ? "dark" : "light")}");
    }

    [Fact]
    public void Difference_counts_pixels_beyond_the_tolerance()
    {
        byte[] white = Enumerable.Repeat((byte)255, 300).ToArray();
        byte[] other = [.. white];
        (other[0], other[3], other[4]) = (200, 250, 0);
        var shape = new ImageShape(10, 10, 3);

        Assert.Equal(0.02, Image.Difference(PngImage.Encode(white, shape), PngImage.Encode(other, shape), tolerance: 24));
        Assert.Equal(
            1,
            Image.Difference(PngImage.Encode(white, shape), PngImage.Encode(white, new ImageShape(5, 20, 3)), tolerance: 24));
    }
}
