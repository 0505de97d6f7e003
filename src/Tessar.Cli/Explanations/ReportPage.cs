using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Tessar.Cli.Json;
using Tessar.Cli.Terminal;
using static Tessar.Cli.Explanations.Html;

namespace Tessar.Cli.Explanations;

/// <summary>Writes explanations as one HTML page that needs nothing else: images inside, no script, nothing fetched.</summary>
internal static class ReportPage
{
    /// <summary>Targets in one page.</summary>
    public const int MostTargets = 200;

    /// <summary>Proponents, and opponents, of one target.</summary>
    public const int MostInfluences = 50;

    private const int MostClasses = 20, TargetSide = 168, TrainSide = 56;

    /// <summary>Writes the page; it holds one target at a time in memory.</summary>
    /// <param name="explanation">What to show.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="wrote">Told how many targets are done.</param>
    /// <param name="cancellation">Stops between targets.</param>
    public static void Write(Explanation explanation, Stream stream, Action<int> wrote, CancellationToken cancellation)
    {
        int shown = Math.Min(MostTargets, explanation.Targets.Count);
        var page = new XStreamingElement(
            "html", Attribute("lang", "en"),
            Element(
                "head", Element("meta", Attribute("charset", "utf-8")),
                Element("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1")),
                Element("title", Title(explanation)), Element("style", ReportStyle.Css)),
            new XStreamingElement("body", new XStreamingElement(
                "main", Introduction(explanation, shown), Enumerable.Range(0, shown).Select(Section),
                ReportFacts.Section(explanation))));
        // HTML has its own rule for line ends and no XML declaration.
        using var writer = XmlWriter.Create(stream, new XmlWriterSettings
        {
            OmitXmlDeclaration = true,
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            NewLineHandling = NewLineHandling.None,
        });
        writer.WriteRaw("<!DOCTYPE html>\n");
        page.WriteTo(writer);

        XElement Section(int target)
        {
            cancellation.ThrowIfCancellationRequested();
            XElement section = OfTarget(explanation, target);
            wrote(target + 1);
            return section;
        }
    }

    private static string Title(Explanation explanation) =>
        $"{explanation.Document.Run}: training examples behind {Quantity.Count(explanation.Targets.Count)} "
            + $"{(explanation.Targets.Count == 1 ? "prediction" : "predictions")}";

    private static XElement Introduction(Explanation explanation, int shown)
    {
        int hidden = explanation.Targets.Count - shown, listed = explanation.Document.Top;
        return Element(
            "header",
            Element("h1", Title(explanation)),
            Element(
                "p",
                $"Method {explanation.Document.Method} over {Quantity.Count(explanation.Train.Count)} training examples "
                    + $"({explanation.Document.Train}), explaining the {explanation.Output} of {explanation.Document.Targets}."),
            Element("p", $"{explanation.Sign} {explanation.Units}"),
            Element("p", explanation.Validation.IsMeasured ? null : Class("notice"), explanation.Validation.Text),
            hidden > 0
                ? Element(
                    "p", Class("notice"),
                    $"{Quantity.Count(hidden)} more {(hidden == 1 ? "prediction isn't" : "predictions aren't")} shown: a page "
                        + $"holds {MostTargets}. All scores are in the result, and in a table written with --export.")
                : null,
            listed > MostInfluences
                ? Element(
                    "p", Class("notice"),
                    $"Of {Quantity.Count(listed)} examples kept in each direction a page shows the {MostInfluences} strongest.")
                : null,
            Element("nav", Attribute("aria-label", "Predictions"), Element("ol", [
                .. explanation.Result.Targets.Take(shown)
                .Select(target => Element("li", Element("a", Attribute("href", $"#t{target.Index}"), target.Example))),
                Element("li", Element("a", Attribute("href", "#made"), "How this was made"))])));
    }

    private static XElement OfTarget(Explanation explanation, int target)
    {
        TargetJson known = explanation.Result.Targets[target];
        (string answer, double probability, bool isLabel) = explanation.Answer(target);
        Func<double, string> format = explanation.ScoreFormat(target);
        IReadOnlyList<InfluenceJson> raised = explanation.Raised(target, MostInfluences), lowered =
            explanation.Lowered(target, MostInfluences);
        double largest = raised.Concat(lowered).Select(one => Math.Abs((double)one.Score)).DefaultIfEmpty(1).Max();
        return Element(
            "section", Attribute("id", $"t{target}"), Attribute("aria-labelledby", $"h{target}"),
            Element("h2", Attribute("id", $"h{target}"), $"{known.Example}: {known.Label}"),
            Element(
                "div", Class("target"),
                Element(
                    "div",
                    PageImage.Of(explanation.Targets, target, TargetSide, $"Image of {known.Example}, labelled {known.Label}"),
                    Element("p", "Label: ", Element("b", known.Label)),
                    explanation.TrueLabel(target) is { } truth
                        ? Element("p", Class("down"), $"The label was changed on purpose; really {truth}.")
                        : null,
                    Element(
                        "p", isLabel ? null : Class("down"), "Answer: ", Element("b", answer),
                        $", {Percent(probability)}{(isLabel ? string.Empty : ", differs from the label")}")),
                Ranking(explanation, raised, $"Raised the {explanation.Output}", "up", format, largest),
                Ranking(explanation, lowered, $"Lowered the {explanation.Output}", "down", format, largest)),
            Element("div", Class("pair"), Totals(explanation, target), Shares(explanation, target)));
    }

    private static XElement Ranking(
        Explanation explanation, IReadOnlyList<InfluenceJson> influences, string title, string direction,
        Func<double, string> format, double largest)
    {
        if (influences.Count == 0)
            return Element(
                "div", Element("h3", Class(direction), title), Element("p", Class("quiet"), "No training example did."));
        return Element(
            "table", Element("caption", Class(direction), title), Head("Image", "Example", "Label", "Score"),
            Element("tbody", [.. influences.Select(Row)]));

        XElement Row(InfluenceJson one) => Element(
            "tr",
            Element(
                "td", PageImage.Of(explanation.Train, one.Index, TrainSide, $"Image of {one.Example}, trained as {one.Label}")),
            Element("td", Class("name"), one.Example),
            Element(
                "td", one.Label,
                one.TrueLabel is { } truth ? Element("span", Class("down"), Element("br"), $"really {truth}") : null),
            Element("td", Class("number"), format(one.Score), Bar(Math.Abs(one.Score) / largest, direction)));
    }

    private static XElement Totals(Explanation explanation, int target)
    {
        IReadOnlyList<ClassTotal> totals = ClassTotal.Of(explanation.Matrix, target, explanation.Train);
        // Those that carry most, still in order of their sums.
        ClassTotal[] shown = totals.Count <= MostClasses
            ? [.. totals]
            : [.. totals.OrderByDescending(total => total.Share).Take(MostClasses).OrderByDescending(total => total.Sum)];
        ClassTotal[] others = [.. totals.Except(shown)];
        ClassTotal[] rows = others.Length == 0 ? shown
            : [
                .. shown,
                new ClassTotal(
                    $"{Quantity.Count(others.Length)} other classes", others.Sum(o => o.Examples), others.Sum(o => o.Raised),
                    others.Sum(o => o.Lowered), others.Sum(o => o.Share))
            ];
        Func<double, string> format =
            Explanation.FormatFor(rows.Max(total => Math.Max(Math.Abs(total.Sum), Math.Max(total.Raised, -total.Lowered))));
        string label = explanation.Result.Targets[target].Label;
        return Element(
            "div", Element("h3", "By the class they were trained as"),
            Scrolling(
                "Sums by class",
                Element(
                    "table", Head("Class", "Examples", "Sum", "Raised", "Lowered", "Share"),
                    Element("tbody", [.. rows.Select(total => Element(
                "tr",
                Element(
                    "th", Attribute("scope", "row"), total.Class,
                    total.Class == label ? Element("span", Class("quiet"), " (its label)") : null),
                Number(Quantity.Count(total.Examples)), Number(format(total.Sum)), Number(format(total.Raised)),
                Number(format(total.Lowered)), Number(Percent(total.Share))))]))),
            Element("p", Class("quiet"), "Share: of the sum of absolute scores over all training examples."));
    }

    private static XElement Shares(Explanation explanation, int target) => Element(
        "div", Element("h3", "How concentrated it is"),
        Element(
            "table", Head("Strongest examples", "Share", "Evenly spread"),
            Element("tbody", [.. ScoreShare.Of(explanation.Matrix, target).Select(share => Element(
            "tr", Element("th", Attribute("scope", "row"), Quantity.Count(share.Count)), Number(Percent(share.Share)),
            Number(Percent((double)share.Count / explanation.Matrix.TrainCount))))])),
        Element(
            "p", Class("quiet"),
            "The share of all absolute scores that the strongest examples carry, beside what they would carry if all were "
                + "equally strong."));

    // Where the window is too narrow the table can be scrolled, by keyboard as well.
    private static XElement Scrolling(string name, XElement table) =>
        Element(
            "div", Class("scroll"), Attribute("role", "region"), Attribute("aria-label", name), Attribute("tabindex", "0"),
            table);

    private static XElement Head(params string[] columns) =>
        Element(
            "thead",
            Element("tr", [.. columns.Select((name, i) => Column(name, isNumber: i > 0 && name is not ("Example" or "Label")))]));

    // Two digits for what one decimal would show as nothing; the sign of percent never begins a line.
    private static string Percent(double share) =>
        (100 * share).ToString(share is > 0 and < 0.0095 ? "0.00\u00A0\\%" : "0.0\u00A0\\%", CultureInfo.InvariantCulture);

    private static XElement Number(string text) => Element("td", Class("number"), text);

    private static XElement Bar(double share, string direction) => Element(
        "span", Class($"bar {direction}"), Attribute("aria-hidden", "true"),
        Attribute("style", string.Create(CultureInfo.InvariantCulture, $"width:{Math.Max(1, 100 * share):0}%")));
}
