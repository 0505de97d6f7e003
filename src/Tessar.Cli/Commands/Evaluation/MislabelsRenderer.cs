using System.Text.Json.Serialization.Metadata;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>What `evaluate mislabels` prints for people.</summary>
[RendererOf("data/mislabels")]
internal sealed class MislabelsRenderer : TypedRenderer<MislabelsAnswer>
{
    protected override JsonTypeInfo<MislabelsAnswer> Json => EvaluationJson.Printing.MislabelsAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("evaluate mislabels demo-1", "By the self-influence of TRAK"),
        ("evaluate mislabels mine --method data/grad-dot --top 100 --json", 
            "Of a run on your own data: a list to look through"),
    ];

    protected override MislabelsAnswer Placed(MislabelsAnswer answer, ResultFolder kept) => 
        answer with { Result = kept.DocumentPath, Ranking = kept.ArraysPath };

    protected override void Write(Shown where, MislabelsAnswer result)
    {
        (ExampleSet examples, TextWriter output) = (where.Inquiry.Train(), where.Output);
        Suspect[] shown = [.. result.MostSuspicious.Take(SuspicionStrip.Count(where.Call.Style, examples))];
        output.WriteLine(
            $"The {shown.Length} most suspicious of {Quantity.Count(result.Examples)} training examples, by {result.Method}:");
        output.WriteLine();
        output.Draw(SuspicionStrip.Lines(where.Call.Style, examples, shown));
        output.WriteLine();
        output.WriteLine(Verdict(result));
        output.WriteLine($"All of them, ranked: {result.Ranking}");
    }

    // What the ranking found, in a sentence or two.
    private static string Verdict(MislabelsAnswer result) =>
        result is { Auroc: { } auroc, AurocInterval: { } interval, FoundInFirst10Percent: { } first, FoundInFirst20Percent: { } second }
            ? $"Of {Quantity.Count(result.PlantedErrors)} planted errors {Quantity.Percent(first)} lie among the most suspicious 10 % "
                + $"and {Quantity.Percent(second)} among 20 %. AUROC {Quantity.Number(auroc)}, 95 % interval "
                + $"{Quantity.Number(interval[0])} to {Quantity.Number(interval[1])}."
            : "No label here is known to be wrong, so this is a list to look through. To measure the method, train with "
            + "--label-errors 0.05.";
}
