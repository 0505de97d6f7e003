using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Tessar.Cli.Explanations;
using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Tests.Cli.Explanations;

public sealed class ReportPageTests
{
    [Fact]
    public void Page_needs_nothing_from_elsewhere_and_no_script()
    {
        using var examples = new ExplainedExamples();
        (XDocument page, string text) = Read(examples.Explanation);
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", text, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "iframe" or "base");
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        Assert.All(
            page.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href"),
            a => Assert.Matches("^(data:image/png;base64,|#)", a.Value));
        string css = page.Descendants("style").Single().Value;
        Assert.Contains("prefers-color-scheme: dark", css, StringComparison.Ordinal);
        Assert.DoesNotMatch("[<>&]", css); // browsers take the text of a style as it is
        Assert.DoesNotMatch(@"<(p|td|th|div|li|span|ul|b)\b[^>]*/>", text); // nor do they close those
    }

    [Fact]
    public void Images_are_the_examples_pixel_for_pixel_and_have_a_text()
    {
        using var examples = new ExplainedExamples();
        (XDocument page, _) = Read(examples.Explanation);
        XElement section = page.Descendants("section").First();
        XElement[] images = [.. section.Descendants("img")];
        int[] trains = [.. examples.Matrix.Proponents(0, 10).Concat(examples.Matrix.Opponents(0, 10)).Select(one => one.Train)];
        Assert.Equal(21, images.Length);
        Assert.Equal(ExplainedExamples.PixelsOf(examples.Targets, 0), Decode(images[0]));
        Assert.Equal(
            trains.Select(i => $"Image of train:{i}, trained as {Clean(examples.Store.ClassNames[examples.Train.Label(i)])}"),
            images.Skip(1).Select(image => image.Attribute("alt")!.Value));
        for (int r = 0; r < trains.Length; r++)
            Assert.Equal(ExplainedExamples.PixelsOf(examples.Train, trains[r]), Decode(images[r + 1]));
    }

    [Fact]
    public void Tables_have_headings_and_sections_have_names_that_links_reach()
    {
        using var examples = new ExplainedExamples();
        (XDocument page, _) = Read(examples.Explanation);
        Assert.All(page.Descendants("table"), table => Assert.NotEmpty(table.Descendants("th")));
        Assert.All(page.Descendants("th"), heading => Assert.Contains(heading.Attribute("scope")?.Value, new[] { "col", "row" }));
        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Subset(ids.ToHashSet(), page.Descendants("a").Select(a => a.Attribute("href")!.Value[1..]).ToHashSet());
        Assert.Subset(ids.ToHashSet(), page.Descendants().Attributes("aria-labelledby").Select(a => a.Value).ToHashSet());
        Assert.Equal(4, page.Descendants("section").Count());
        Assert.Single(page.Descendants("h1"));
    }

    [Fact]
    public void Facts_checks_and_remarks_of_the_method_are_told()
    {
        using var examples = new ExplainedExamples();
        XElement made = Read(examples.Explanation).Page.Descendants("section").Last();
        string Fact(string name) =>
            made.Descendants("tr").Single(row => row.Elements().First().Value == name).Elements().Last().Value;
        Assert.Equal("data/known", Fact("Method"));
        Assert.Equal("damping = 0.3", Fact("Options"));
        Assert.Equal("fc9.bias", Fact("Left out parameters"));
        Assert.Equal("1,234 used", Fact("Parameters"));
        Assert.Equal("0.25", Fact("Damping"));
        Assert.Equal("Negative curvature was met.", Fact("Remarks"));
        Assert.Equal("A score of 1 means: change of the margin, to first order.", Fact("Units"));
        Assert.StartsWith(
            "Not validated: no linear datamodeling score of data/known is kept with known.", Fact("Validation"),
            StringComparison.Ordinal);
        Assert.Equal(
            ["cg-residual", "0.5", "0.001", "exceeded", "What is left."],
            made.Descendants("tr").Single(row => row.Elements().First().Value == "cg-residual").Elements()
                .Select(cell => cell.Value));
    }

    [Fact]
    public void Answer_that_differs_from_the_label_is_said_to()
    {
        using var examples = new ExplainedExamples();
        XElement[] sections = [.. Read(examples.Explanation).Page.Descendants("section").Take(3)];
        Assert.Equal(
            examples.Targets.Store.ClassNames.Select((_, target) => examples.Targets.Label(target) != 1),
            sections.Select(section => section.Value.Contains("differs from the label", StringComparison.Ordinal)));
        Assert.Contains(
            $"Answer: {ExplainedExamples.Markup}, 57.6\u00A0%", sections[0].Value, StringComparison.Ordinal); // e / (e + 2)
    }

    [Fact]
    public void Page_says_what_it_left_out()
    {
        using var examples = new ExplainedExamples(targets: ReportPage.MostTargets + 1);
        XDocument page = Read(examples.Explanation).Page;
        Assert.Equal(ReportPage.MostTargets + 1, page.Descendants("section").Count());
        Assert.Contains("1 more prediction isn't shown: a page holds 200.", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_totals_and_shares_add_up_to_the_matrix()
    {
        using var examples = new ExplainedExamples();
        float[] column = [.. Enumerable.Range(0, ExplainedExamples.TrainCount).Select(i => examples.Matrix[i, 1])];
        IReadOnlyList<ClassTotal> totals = ClassTotal.Of(examples.Matrix, 1, examples.Train);
        Assert.Equal(column.Sum(s => (double)s), totals.Sum(total => total.Sum), 1e-9);
        Assert.Equal(column.Sum(s => Math.Max(0.0, s)), totals.Sum(total => total.Raised), 1e-9);
        Assert.Equal(1, totals.Sum(total => total.Share), 1e-9);
        Assert.Equal(ExplainedExamples.TrainCount, totals.Sum(total => total.Examples));
        for (int c = 0; c < 3; c++)
        {
            double expected = Enumerable.Range(0, column.Length).Where(i => examples.Train.Label(i) == c)
                .Sum(i => (double)column[i]);
            Assert.Equal(expected, totals.Single(total => total.Class == examples.Store.ClassNames[c]).Sum, 1e-9);
        }

        double[] strengths = [.. column.Select(s => Math.Abs((double)s)).OrderDescending()];
        Assert.Equal(
            [new ScoreShare(1, strengths[0] / strengths.Sum()), new ScoreShare(10, strengths.Take(10).Sum() / strengths.Sum())],
            ScoreShare.Of(examples.Matrix, 1));
    }

    [Theory]
    [InlineData(0.0123, 0.00456, "+0.00456")]
    [InlineData(0.0123, -0.0123, "−0.01230")]
    [InlineData(368.5, -1.26, "−1.3")]
    [InlineData(12345, 12345, "+12345")]
    [InlineData(3.2e-7, -3.2e-7, "−3.20e-07")]
    [InlineData(1, 0, "0")]
    [InlineData(0, 0, "0")]
    public void Scores_have_as_many_decimals_as_the_largest_asks_for(double largest, double score, string text) =>
        Assert.Equal(text, Explanation.FormatFor(largest)(score));

    [Fact]
    public void Large_image_is_reduced()
    {
        using var folder = new TemporaryFolder();
        var shape = new ImageShape(300, 400, 3);
        using (var writer = ExampleStoreWriter.Create(
            folder.File("a.tess"),
            new StoreLayout { Columns = [StoreColumn.Image("image", shape)], Splits = [new StoreSplit("all", 0, 1)] }))
        {
            byte[] red = new byte[shape.Size];
            for (int i = 0; i < red.Length; i += 3)
                red[i] = 200;
            writer.Append(red);
            writer.Finish();
        }

        using var store = ExampleStore.Open(folder.File("a.tess"));
        XElement image = PageImage.Of(new ExampleSet(store, "all", 0, 1), 0, 56, "red");
        Assert.Equal(("56", "42"), (image.Attribute("width")!.Value, image.Attribute("height")!.Value));
        byte[] file = Convert.FromBase64String(image.Attribute("src")!.Value["data:image/webp;base64,".Length..]);
        ImageShape reduced = ImageDecoder.Probe(file, new ImageSource("image")).Shape;
        Assert.Equal((84, 112), (reduced.Height, reduced.Width));
        byte[] pixels = new byte[reduced.Size];
        ImageDecoder.Decode(file, reduced, pixels, new ImageSource("image"));
        Assert.InRange(pixels[0], 190, 210);
    }

    [Theory]
    [InlineData("--ink", "--paper", 4.5)]
    [InlineData("--ink", "--card", 4.5)]
    [InlineData("--quiet", "--card", 4.5)]
    [InlineData("--quiet", "--paper", 4.5)]
    [InlineData("--up", "--card", 4.5)]
    [InlineData("--up", "--paper", 4.5)]
    [InlineData("--down", "--card", 4.5)]
    public void Text_stands_out_in_light_and_in_dark(string text, string paper, double contrast)
    {
        string[] themes = [.. ReportStyle.Css.Split("prefers-color-scheme: dark")];
        Assert.All(themes, theme => Assert.True(Contrast(Color(theme, text), Color(theme, paper)) >= contrast));
    }

    private static int Color(string css, string name) =>
        int.Parse(
            Regex.Match(css, name + ": #([0-9a-f]{6})", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value,
            NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // WCAG 2.2, relative luminance.
    private static double Contrast(int a, int b)
    {
        double[] bright = [.. new[] { Luminance(a), Luminance(b) }.OrderDescending()];
        return (bright[0] + 0.05) / (bright[1] + 0.05);
    }

    private static double Luminance(int color) =>
        (0.2126 * Linear((color >> 16) & 255)) + (0.7152 * Linear((color >> 8) & 255)) + (0.0722 * Linear(color & 255));

    private static double Linear(int channel) =>
        channel <= 10 ? channel / 255.0 / 12.92 : Math.Pow(((channel / 255.0) + 0.055) / 1.055, 2.4);

    private static string Clean(string text) => text.Replace('\u0007', '\uFFFD');

    private static byte[] Decode(XElement image)
    {
        byte[] png =
            Convert.FromBase64String(image.Attribute("src")!.Value["data:image/png;base64,".Length..]), pixels = new byte[64];
        ImageDecoder.Decode(png, new ImageShape(8, 8, 1), pixels, new ImageSource("image"));
        return pixels;
    }

    private static (XDocument Page, string Text) Read(Explanation explanation)
    {
        using var stream = new MemoryStream();
        ReportPage.Write(explanation, stream, _ => { }, TestContext.Current.CancellationToken);
        string text = Encoding.UTF8.GetString(stream.ToArray());
        using var reader = XmlReader.Create(
            new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return (XDocument.Load(reader), text);
    }
}
