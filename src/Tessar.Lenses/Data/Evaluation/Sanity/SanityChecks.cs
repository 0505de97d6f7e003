using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>The single checks of scores; what a method can't be asked says why.</summary>
internal sealed class SanityChecks(Inquiry inquiry, ExampleSet train, ExampleSet targets)
{
    private const double MostAgreement = 0.5;
    private const double MostGap = 0.01;

    /// <summary>Scores, and whether all are finite; no scores when one isn't.</summary>
    public (AttributionMatrix? Scores, SanityCheck Check) Finite()
    {
        var check = new SanityCheck { Name = "finite", Expected = "every score is a finite number", Passes = true };
        try
        {
            return (JudgingTrainings.Score(inquiry, train, targets).Scores, check);
        }
        catch (NumericalException e)
        {
            return (null, check with { Passes = false, Note = e.Message });
        }
    }

    /// <summary>Scores of models that were never trained should rank the examples otherwise.</summary>
    public SanityCheck RandomizedWeights(AttributionMatrix scores)
    {
        var check = new SanityCheck
        {
            Name = "randomised-weights",
            Expected = string.Create(
                CultureInfo.InvariantCulture,
                $"rank correlation with the scores of untrained models of at most {MostAgreement}: the method looks at what "
                    + $"was learned"),
        };
        switch (inquiry.Method.Needs)
        {
            case MethodNeeds.Nothing:
                return check with { Note = "The method doesn't look at a model." };
            case not MethodNeeds.LastCheckpoint:
                return check with { Note = "The method looks at a whole training, which untrained weights don't have." };
        }

        using var fresh = new FreshModels(inquiry.View, JudgingTrainings.Seed(inquiry));
        return Try(check, () =>
        {
            AttributionMatrix other = inquiry.CreateMethod<IAttributionMethod>()
                .Score(fresh.View, train, targets, inquiry.Context);
            double[] agreement = [.. SanityMeasures.RankAgreement(scores, other).Where(rho => !double.IsNaN(rho))];
            if (agreement.Length == 0)
                return check with { Note = "All scores of a target are the same." };
            Estimate mean = Bootstrap.Mean(agreement, inquiry.Seed, "randomised weights");
            return check with { Measured = EstimateAnswer.Of(mean), Passes = mean.Value <= MostAgreement };
        });
    }

    /// <summary>The strongest proponent of a target is mostly of its class.</summary>
    public SanityCheck SameClass(AttributionMatrix scores)
    {
        int[] trainLabels = Labels(train), targetLabels = Labels(targets);
        double chance = SanityMeasures.ChanceOfSameClass(trainLabels, targetLabels);
        Estimate rate = Bootstrap.Mean(
            [.. SanityMeasures.HasSameClassFirst(scores, trainLabels, targetLabels).Select(same => same ? 1.0 : 0)], inquiry.Seed,
            "same class");
        return new SanityCheck
        {
            Name = "identical-class",
            Expected = string.Create(
                CultureInfo.InvariantCulture,
                $"share of targets whose strongest proponent is of their class, above the {chance:0.00} of chance"),
            Measured = EstimateAnswer.Of(rate),
            Passes = rate.Low > chance,
        };
    }

    /// <summary>Different targets lean on different examples.</summary>
    public static SanityCheck Cardinality(AttributionMatrix scores, int top)
    {
        top = Math.Min(top, scores.TrainCount);
        int distinct = SanityMeasures.DistinctOnTop(scores, top);
        return new SanityCheck
        {
            Name = "top-k-cardinality",
            Expected = string.Create(
                CultureInfo.InvariantCulture,
                $"different examples among the {top} strongest of {scores.TargetCount} targets, more than {top}; random scores "
                    + $"would have {SanityMeasures.DistinctByChance(scores.TrainCount, scores.TargetCount, top):0}"),
            Measured = new EstimateAnswer(distinct, null, null),
            Passes = scores.TargetCount > 1 && top < scores.TrainCount ? distinct > top : null,
        };
    }

    /// <summary>An example that is there twice scores twice the same.</summary>
    public SanityCheck Copies(int count)
    {
        var check = new SanityCheck
        {
            Name = "copies",
            Expected = string.Create(
                CultureInfo.InvariantCulture,
                $"largest difference of scores of one example given twice, at most {MostGap} standard deviations of a "
                    + $"target's scores"),
        };
        if (inquiry.Method.HasIndividualDraws)
            return check with { Note = "A score depends on where the example lies, by design." };
        return Try(check, () =>
        {
            using var copies = new CopiedExamples(train, targets, count);
            AttributionMatrix scores = inquiry.CreateMethod<IAttributionMethod>()
                .Score(inquiry.View, copies.Train, copies.Targets, inquiry.Context);
            double gap = SanityMeasures.LargestGapOfCopies(scores);
            return check with
            {
                Measured = new EstimateAnswer(double.IsFinite(gap) ? gap : null, null, null),
                Passes = gap <= MostGap
            };
        });
    }

    private static int[] Labels(ExampleSet set) => [.. Enumerable.Range(0, set.Count).Select(set.Label)];

    // A method may refuse a model or data that the run doesn't have; that isn't a failure of the check.
    private static SanityCheck Try(SanityCheck check, Func<SanityCheck> measure)
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
