using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Evaluation.Sanity;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>The single checks of `evaluate sanity`; what a method can't be asked says why.</summary>
internal sealed class SanityChecks(Invocation call, Attributing work, ExampleSet train, ExampleSet targets)
{
    private const double MostAgreement = 0.5;
    private const double MostGap = 0.01;

    /// <summary>Scores, and whether all are finite; no scores when one isn't.</summary>
    public (AttributionMatrix? Scores, SanityCheckJson Check) Finite()
    {
        var check = new SanityCheckJson { Name = "finite", Expected = "every score is a finite number", Passes = true };
        try
        {
            return (Judging.Score(call, work, train, targets).Scores, check);
        }
        catch (NumericalException e)
        {
            return (null, check with { Passes = false, Note = e.Message });
        }
    }

    /// <summary>Scores of models that were never trained should rank the examples otherwise.</summary>
    public SanityCheckJson RandomisedWeights(AttributionMatrix scores)
    {
        var check = new SanityCheckJson
        {
            Name = "randomised-weights",
            Expected = string.Create(CultureInfo.InvariantCulture, $"rank correlation with the scores of untrained models of at most {MostAgreement}: the method looks at what was learned"),
        };
        switch (work.Method.Needs)
        {
            case MethodNeeds.Nothing:
                return check with { Note = "The method doesn't look at a model." };
            case not MethodNeeds.LastCheckpoint:
                return check with { Note = "The method looks at a whole training, which untrained weights don't have." };
        }

        using var fresh = new FreshModels(work.View, Judging.Seed(call));
        return Try(check, () =>
        {
            AttributionMatrix other = call.Progress.Run(progress =>
                work.CreateMethod().Score(fresh.View, train, targets, work.Context with { Progress = Translate.Method(progress) }));
            double[] agreement = [.. SanityMeasures.RankAgreement(scores, other).Where(rho => !double.IsNaN(rho))];
            if (agreement.Length == 0)
                return check with { Note = "All scores of a target are the same." };
            Estimate mean = Bootstrap.Mean(agreement, call.Seed, "randomised weights");
            return check with { Measured = EstimateJson.Of(mean), Passes = mean.Value <= MostAgreement };
        });
    }

    /// <summary>The strongest proponent of a target is mostly of its class.</summary>
    public SanityCheckJson SameClass(AttributionMatrix scores)
    {
        int[] trainLabels = Labels(train), targetLabels = Labels(targets);
        double chance = SanityMeasures.ChanceOfSameClass(trainLabels, targetLabels);
        Estimate rate = Bootstrap.Mean([.. SanityMeasures.HasSameClassFirst(scores, trainLabels, targetLabels).Select(same => same ? 1.0 : 0)], call.Seed, "same class");
        return new SanityCheckJson
        {
            Name = "identical-class",
            Expected = string.Create(CultureInfo.InvariantCulture, $"share of targets whose strongest proponent is of their class, above the {chance:0.00} of chance"),
            Measured = EstimateJson.Of(rate),
            Passes = rate.Low > chance,
        };
    }

    /// <summary>Different targets lean on different examples.</summary>
    public static SanityCheckJson Cardinality(AttributionMatrix scores, int top)
    {
        top = Math.Min(top, scores.TrainCount);
        int distinct = SanityMeasures.DistinctOnTop(scores, top);
        return new SanityCheckJson
        {
            Name = "top-k-cardinality",
            Expected = string.Create(
                CultureInfo.InvariantCulture,
                $"different examples among the {top} strongest of {scores.TargetCount} targets, more than {top}; random scores would have {SanityMeasures.DistinctByChance(scores.TrainCount, scores.TargetCount, top):0}"),
            Measured = new EstimateJson(distinct, null, null),
            Passes = scores.TargetCount > 1 && top < scores.TrainCount ? distinct > top : null,
        };
    }

    /// <summary>An example that is there twice scores twice the same.</summary>
    public SanityCheckJson Copies(int count)
    {
        var check = new SanityCheckJson
        {
            Name = "copies",
            Expected = string.Create(CultureInfo.InvariantCulture, $"largest difference of scores of one example given twice, at most {MostGap} standard deviations of a target's scores"),
        };
        if (work.Method.HasIndividualDraws)
            return check with { Note = "A score depends on where the example lies, by design." };
        return Try(check, () =>
        {
            using var copies = new CopiedExamples(train, targets, count);
            AttributionMatrix scores = call.Progress.Run(progress =>
                work.CreateMethod().Score(work.View, copies.Train, copies.Targets, work.Context with { Progress = Translate.Method(progress) }));
            double gap = SanityMeasures.LargestGapOfCopies(scores);
            return check with { Measured = new EstimateJson(double.IsFinite(gap) ? gap : null, null, null), Passes = gap <= MostGap };
        });
    }

    private static int[] Labels(ExampleSet set) => [.. Enumerable.Range(0, set.Count).Select(set.Label)];

    // A method may refuse a model or data that the run doesn't have; that isn't a failure of the check.
    private static SanityCheckJson Try(SanityCheckJson check, Func<SanityCheckJson> measure)
    {
        try
        {
            return measure();
        }
        catch (NumericalException e)
        {
            return check with { Passes = false, Note = e.Message };
        }
        catch (Exception e) when (e is TessarException or ArgumentException)
        {
            return check with { Note = $"The method can't be asked: {e.Message}" };
        }
    }
}
