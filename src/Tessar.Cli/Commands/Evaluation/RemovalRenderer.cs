using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>What `evaluate removal` prints for people.</summary>
[RendererOf("data/removal")]
internal sealed class RemovalRenderer : TypedRenderer<RemovalAnswer>
{
    private const string BySum = "sum";

    protected override JsonTypeInfo<RemovalAnswer> Json => RemovalJson.Printing.RemovalAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("evaluate removal first --by sum --count 200", "A quick look at TRAK: one ranking for 200 targets, few trainings"),
        ("evaluate removal first --ensemble 10 --json", 
            "Each target's own proponents; the trainings are those of evaluate brittleness"),
    ];

    protected override RemovalAnswer Placed(RemovalAnswer answer, ResultFolder kept) =>
        answer with { Result = kept.DocumentPath };

    protected override void Write(Shown where, RemovalAnswer result)
    {
        TextWriter output = where.Output;
        string ranked = result.By == BySum
            ? "the examples with the highest sum of scores"
            : "each target's own strongest proponents";
        output.WriteLine(
            $"Change of the margin without {ranked} by {result.Method}; {Quantity.Count(result.Queries)} targets, {result.Seeds} "
                + $"trainings of each removal.");
        Table table = PlainTable.Create("removed", "examples", "change", "by random removal", "relative to random");
        foreach (RemovalStep point in result.Points)
        {
            table.AddRow(PlainTable.Cells(
                Quantity.Percent(point.Share), Quantity.Count(point.Removed), point.Change.Text("0.00"),
                point.Random.Text("0.00"), point.Relative.Text("0.00")));
        }

        where.Console.Write(table);
        output.WriteLine(
            $"{Quantity.Count(result.Trainings)} trainings in {Quantity.Seconds(result.SecondsRetraining)}, scoring "
                + $"{Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
