using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>What `evaluate loo` prints for people.</summary>
[RendererOf("data/loo")]
internal sealed class LooRenderer : TypedRenderer<LooAnswer>
{
    protected override JsonTypeInfo<LooAnswer> Json => RemovalJson.Printing.LooAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("evaluate loo first --examples 20 --seeds 2", "A quick look at TRAK"),
        ("evaluate loo first --method data/grad-dot --examples 100 --seeds 5 --json", 
            "With a noise ceiling worth the name, for a script"),
    ];

    protected override LooAnswer Placed(LooAnswer answer, ResultFolder kept) => answer with { Result = kept.DocumentPath };

    protected override void Write(Shown where, LooAnswer result)
    {
        where.Output.WriteLine(
            $"Leave-one-out of {result.Method}: Pearson {result.All.Pearson.Text("0.000")}, Spearman "
                + $"{result.All.Spearman.Text("0.000")}.");
        if (result.RandomOnly is { } random)
            where.Output.WriteLine(
                $"Only the {Quantity.Count(random.Removed)} random examples: Pearson {random.Pearson.Text("0.000")}, Spearman "
                    + $"{random.Spearman.Text("0.000")}.");
        if (result.All.NoiseCeiling is { } ceiling)
        {
            where.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"A perfect method would reach {ceiling.Text("0.000")}: removals move the mean margin by "
                    + $"{result.All.Spread:0.000}, of which seeds alone make {result.All.SeedNoise:0.000}."));
        }

        where.Output.WriteLine(result.Verdict);
        where.Output.WriteLine(
            $"{Quantity.Count(result.Queries)} targets, {Quantity.Count(result.All.Removed)} removed examples × {result.Seeds} "
                + $"trainings"
            + $"{(result.All.ExcludedColumns > 0 ? $", {Quantity.Count(result.All.ExcludedColumns)} targets left out (constant)" : string.Empty)}; "
            + $"training {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            where.Output.WriteLine(remark);
        where.Output.WriteLine($"Result: {result.Result}");
    }
}
