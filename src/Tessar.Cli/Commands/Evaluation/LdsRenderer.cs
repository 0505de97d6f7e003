using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>What `evaluate lds` prints for people.</summary>
[RendererOf("data/lds")]
internal sealed class LdsRenderer : TypedRenderer<LdsAnswer>
{
    protected override JsonTypeInfo<LdsAnswer> Json => EvaluationJson.Printing.LdsAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("evaluate lds demo-1 --subsets 30 --seeds 1", "A quick look at TRAK"),
        ("evaluate lds first --method data/magic --same-trajectory --fraction 0.95 --subsets 50 --targets test:0-49", 
            "Does the derivative of this training predict what leaving examples out of it does?"),
        ("evaluate lds first --method data/trak --ensemble 10 --subsets 100 --seeds 5 --sweep damping=0.03,0.1,0.3,1,3 --json", 
            "With a tuned damping, an interval and a noise ceiling, for a script"),
    ];

    protected override LdsAnswer Placed(LdsAnswer answer, ResultFolder kept) => answer with { Result = kept.DocumentPath };

    protected override void Write(Shown where, LdsAnswer result)
    {
        where.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"LDS of {result.Method}: {result.Lds:0.000}, 95 % interval {result.Interval[0]:0.000} to "
                + $"{result.Interval[1]:0.000}."));
        where.Output.WriteLine(result.NoiseCeiling is { } ceiling
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"A perfect predictor would reach {ceiling:0.000} (noise ceiling of {result.Seeds} seeds): this is "
                    + $"{100 * result.Lds / ceiling:0} % of it.")
            : result.SameTrajectory
            ? "Subsets were replayed with the run's own seed and batches, so a perfect predictor would reach 1."
            : "One training of each subset gives no noise ceiling; use --seeds 2 or more.");
        if (result.Sweep is { } sweep)
        {
            where.Output.WriteLine(
                $"{sweep.Option} = {sweep.Best} was best on {Quantity.Count(sweep.TuningQueries)} targets that aren't counted here:");
            foreach (SweepPoint point in sweep.Points)
                where.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {point.Value,8}  {point.TuningLds:0.000} there, {point.Lds:0.000} on the others"));
        }

        where.Output.WriteLine(
            $"{Quantity.Count(result.Queries)} targets, {Quantity.Count(result.Subsets)} subsets × {result.Seeds} trainings"
            + $"{(result.ExcludedColumns > 0 ? $", {Quantity.Count(result.ExcludedColumns)} targets left out (constant)" : string.Empty)}; "
            + $"training {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            where.Output.WriteLine(remark);
        where.Output.WriteLine($"Result: {result.Result}");
    }
}
