using System.Globalization;
using System.Reflection;
using System.Xml.Linq;
using Tessar.Cli.Terminal;
using Tessar.Methods;
using Tessar.Results;
using static Tessar.Cli.Explanations.Html;

namespace Tessar.Cli.Explanations;

/// <summary>The last part of a report: how the scores were made, and what speaks for and against trusting them.</summary>
internal static class ReportFacts
{
    private const int MostHashes = 20;

    public static XElement Section(Explanation explanation)
    {
        AttributionDocument document = explanation.Document;
        AttributionReport report = document.Report;
        return Element(
            "section", Attribute("id", "made"), Element("h2", "How this was made"),
            Element("table", Class("facts"), Element("tbody",
                Fact("Method", report.Method),
                Fact("Run", explanation.Runs),
                Fact("Explained output", report.Output),
                Fact("Sign", document.Sign),
                Fact("Units", explanation.Units),
                Fact("Validation", explanation.Validation.Text),
                Fact("Training examples", $"{document.Train} ({Quantity.Count(explanation.Train.Count)})"),
                Fact("Predictions", $"{document.Targets} ({Quantity.Count(explanation.Targets.Count)})"),
                Fact("Answers", $"of the model of {explanation.Document.Run}"),
                Fact(
                    "Options",
                    document.Options.Count == 0
                        ? "none"
                        : List(document.Options.OrderBy(option => option.Key, StringComparer.Ordinal)
                        .Select(option => $"{option.Key} = {option.Value}"))),
                Fact("Parameters", $"{Quantity.Count(report.Parameters)} used"),
                Fact("Left out parameters", report.SkippedParameters.Count == 0 ? "none" : List(report.SkippedParameters)),
                report.ProjectionDimension is { } k
                    ? Fact("Projection", $"{report.Projection ?? "yes"}, to {Quantity.Count(k)} numbers")
                    : report.Projection is { } kind ? Fact("Projection", kind) : null,
                report.Damping.Count == 0 ? null : Fact("Damping", string.Join(", ", report.Damping.Select(Exact))),
                report.RelativeDamping is not { } chosen
                    ? null
                    : Fact("Damping, as the option has it", string.Join(", ", chosen.Select(Exact))),
                report.GradientCheck > 0
                    ? Fact(
                        "Gradient check",
                        $"{Exact(report.GradientCheck)}: largest relative difference between fast and one-by-one gradients on "
                            + $"the examples that were compared")
                    : null,
                Fact("Remarks", report.Remarks.Count == 0 ? "none" : List(report.Remarks)),
                Fact(
                    "Time",
                    $"gradients {Quantity.Seconds(report.SecondsFeatures)}, scores {Quantity.Seconds(report.SecondsScoring)}"),
                Fact(
                    "Made",
                    $"{document.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC with Tessar "
                        + $"{Version()}"),
                Fact("Data", Element("code", document.DataIdentity)),
                Fact("Checkpoints", Checkpoints(document)),
                Fact("Arrays", "SHA-256 ", Element("code", document.ArraysSha256)))),
            Element("h3", "Self-checks"),
            report.Checks.Count == 0 ? Element("p", Class("quiet"), "This method has none.") : Checks(report.Checks));
    }

    private static XElement Checks(IReadOnlyList<SelfCheck> checks) => Element(
        "div", Class("scroll"), Attribute("role", "region"), Attribute("aria-label", "Self-checks"), Attribute("tabindex", "0"),
        Element(
            "table",
            Element(
                "thead",
                Element(
                    "tr", Column("Check"), Column("Value", isNumber: true), Column("Limit", isNumber: true), Column("Verdict"),
                    Column("Meaning"))),
        Element("tbody", [.. checks.Select(check => Element(
            "tr", Element("th", Attribute("scope", "row"), check.Name), Element("td", Class("number"), Exact(check.Value)),
            Element("td", Class("number"), check.Limit is { } limit ? Exact(limit) : "none"),
            check.Limit is null
                ? Element("td", Class("quiet"), "for information")
                : check.Holds ? Element("td", "kept") : Element("td", Class("down"), Element("b", "exceeded")),
            Element("td", check.Meaning)))])));

    private static XElement Checkpoints(AttributionDocument document)
    {
        IEnumerable<string> lines = document.Checkpoints.Take(MostHashes)
            .Select(checkpoint => $"{checkpoint.Run}, step {Quantity.Count(checkpoint.Step)}, SHA-256 {checkpoint.Sha256}");
        int hidden = document.Checkpoints.Count - MostHashes;
        return List(hidden > 0 ? lines.Append($"and {Quantity.Count(hidden)} more, listed in the result's file") : lines);
    }

    private static XElement List(IEnumerable<string> items) =>
        Element("ul", [.. items.Select(item => Element("li", Element("code", item)))]);

    private static string Exact(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Version() =>
        typeof(ReportFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";
}
