using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>What `evaluate brittleness` prints for people.</summary>
[RendererOf("data/brittleness")]
internal sealed class BrittlenessRenderer : TypedRenderer<BrittlenessAnswer>
{
    private const string Shares = "0.00";
    private const int Listed = 10;

    protected override JsonTypeInfo<BrittlenessAnswer> Json => RemovalJson.Printing.BrittlenessAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("evaluate brittleness first --count 10 --shares 0.05", "A quick look at TRAK, at 5 % only"),
        ("evaluate brittleness first --ensemble 10 --json", "30 targets, shares from 1 % to 10 %, for a script"),
        (
            "evaluate brittleness first --bisect --shares 0.2", 
            "The fewest examples behind each prediction, searched up to 20 %"),
    ];

    protected override BrittlenessAnswer Placed(BrittlenessAnswer answer, ResultFolder kept) =>
        answer with { Result = kept.DocumentPath };

    protected override void Write(Shown where, BrittlenessAnswer result)
    {
        TextWriter output = where.Output;
        output.WriteLine(
            $"Brittleness by {result.Method}: {Quantity.Count(result.Queries)} targets that {result.Run} predicts correctly, "
                + $"{result.Seeds} trainings of each removal, which vote.");
        output.WriteLine($"Retraining alone flips {result.FlippedByRetraining.Text(Shares)} of them.");
        if (result.Points.Count > 0)
        {
            Table table = PlainTable.Create("removed", "examples", "flipped", "by random removal", "difference", "ratio");
            foreach (BrittlenessPoint point in result.Points)
            {
                table.AddRow(PlainTable.Cells(
                    Quantity.Percent(point.Share), Quantity.Count(point.Removed), point.Flipped.Text(Shares),
                    point.Random.Text(Shares),
                    point.Difference.Text(Shares), point.Ratio.Text("0.0")));
            }

            where.Console.Write(table);
        }

        output.WriteLine(result.MedianSmallest is { } median
            ? $"Half of the targets flip once {Quantity.Number(median)} of their proponents are gone, or fewer."
            : $"Fewer than half of the targets flip, even with {Quantity.Count(result.Limit)} of their proponents gone.");
        if (result.IsBisected)
            WriteSmallest(output, result);
        output.WriteLine(
            $"{Quantity.Count(result.Trainings)} trainings in {Quantity.Seconds(result.SecondsRetraining)}, scoring "
                + $"{Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }

    private static void WriteSmallest(TextWriter output, BrittlenessAnswer result)
    {
        foreach (BrittleTarget target in result.PerTarget.OrderBy(target => target.Smallest ?? int.MaxValue).Take(Listed))
        {
            output.WriteLine($"  {target.Target}: {(target.Smallest is { } k ? $"{Quantity.Count(k)} examples" : "doesn't flip")}"
                + $"{(target.IsMonotone ? string.Empty : ", not monotone: some larger or smaller removals disagree")}");
        }

        if (result.PerTarget.Count > Listed)
            output.WriteLine($"  … and {Quantity.Count(result.PerTarget.Count - Listed)} more.");
    }
}
