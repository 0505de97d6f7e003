using System.Text.Json.Serialization.Metadata;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Comparison;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>What `compare` prints for people.</summary>
[RendererOf("data/compare")]
internal sealed class CompareRenderer : TypedRenderer<CompareAnswer>
{
    private const int ShownPerSide = 6;

    protected override JsonTypeInfo<CompareAnswer> Json => ComparisonJson.Printing.CompareAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("compare plain augmented", "Five models of each recipe, TRAK, and whether the recipes differ at all"),
        ("compare with-patch without --targets test:0-499 --patch 4x4@0,0=255 --json", 
            "With a counterfactual check, for a script"),
    ];

    public override Action<Inquiry, MethodResult> Prepare(Invocation call, QuestionCommand command)
    {
        bool standForThemselves = Asking.Split(command.Runs(call)).Count > 1 && Asking.Split(command.Against(call)).Count > 1;
        return command.IsGiven(call, "models") && standForThemselves
            ? throw new TessarException(
                "`--models` has no effect where both recipes name several runs, which stand for them; leave it out.",
                ErrorKind.Usage)
            : base.Prepare(call, command);
    }

    protected override CompareAnswer Placed(CompareAnswer answer, ResultFolder kept) => answer with { Result = kept.Directory };

    protected override void Write(Shown where, CompareAnswer result)
    {
        TextWriter output = where.Output;
        output.WriteLine(result.Summary);
        WriteSide(output, result.A, result.B, result.DirectionsOfA);
        WriteSide(output, result.B, result.A, result.DirectionsOfB);
        if (result.Check is { } check)
        {
            output.WriteLine();
            output.WriteLine(check.Summary);
        }

        output.WriteLine();
        output.WriteLine($"Result: {result.Result}");
    }

    private static void WriteSide(TextWriter output, string own, string other, IReadOnlyList<DirectionAnswer> directions)
    {
        foreach (DirectionAnswer direction in directions)
        {
            output.WriteLine();
            output.WriteLine(
                $"Used by {own}, not by {other}: direction {direction.Index + 1}, {Quantity.Percent(direction.Share)} of the "
                    + $"difference; "
                + $"variance {Quantity.Number(direction.Variance)} there, {Quantity.Number(direction.VarianceInOther)} in "
                + $"{other}.");
            output.WriteLine($"  train +  {Names(direction.TrainPositive)}");
            output.WriteLine($"  train −  {Names(direction.TrainNegative)}");
            output.WriteLine($"  query +  {Names(direction.QueriesPositive)}");
            output.WriteLine($"  query −  {Names(direction.QueriesNegative)}");
        }
    }

    private static string Names(IReadOnlyList<DirectionExample> examples) =>
        string.Join(", ", examples.Take(ShownPerSide).Select(e => $"{e.Example} {e.Label}"))
            + (examples.Count > ShownPerSide ? ", …" : string.Empty);
}
