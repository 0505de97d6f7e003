using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Transfer;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>What `transfer` prints for people.</summary>
[RendererOf("data/transfer")]
internal sealed class TransferRenderer : TypedRenderer<TransferAnswer>
{
    protected override JsonTypeInfo<TransferAnswer> Json => TransferJson.Printing.TransferAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("transfer demo-1 --target mine.tess", "A hundred source models, and what removing the worst classes does"),
        (
            "transfer demo-1 --target fashion-mnist-mini --target-train train:9000-9499 --models 200 --removed 0 --json", 
            "Influences only, for a script"),
    ];

    protected override TransferAnswer Placed(TransferAnswer answer, ResultFolder kept) => answer with { Result = kept.Directory };

    protected override void Write(Shown where, TransferAnswer result)
    {
        IAnsiConsole console = where.Console;
        Table table = PlainTable.Create("Source class", "Influence", "95 % interval", "q", "Models with / without");
        foreach (TransferClass c in result.Classes.OrderByDescending(c => c.Influence ?? double.NegativeInfinity))
        {
            table.AddRow(PlainTable.Cells(
                c.Name, Quantity.Number(c.Influence),
                c.Interval is [var low, var high] ? $"{Quantity.Number(low)} … {Quantity.Number(high)}" : null,
                Quantity.Number(c.QValue), $"{c.With} / {c.Without}"));
        }

        console.Write(table);
        console.Line();
        console.Line(
            $"Influence: change of the mean {result.Output} of {Quantity.Count(result.TargetCount)} targets when the class is in "
                + $"the source; "
            + $"{Quantity.Count(result.Models)} models of {result.ClassesPerModel} classes, mean target accuracy "
            + $"{Quantity.Percent(result.MeanAccuracy)}.");
        if (result.Removal.Count > 0)
        {
            Table curve = PlainTable.Create("Classes removed", "the worst", "the best", "random");
            foreach (TransferRemovalPoint point in result.Removal)
                curve.AddRow(PlainTable.Cells(
                    Quantity.Count(point.Removed), point.WorstRemoved.Text, point.BestRemoved.Text, point.RandomRemoved.Text));
            console.Line();
            console.Write(curve);
        }

        console.Line();
        console.Line($"Result: {result.Result}");
    }
}
