using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Runs.Retraining;
using Tessar.Statistics;

namespace Tessar.Tests.Data.Evaluation;

public sealed class LinearDatamodelingScoreTests
{
    private static readonly AttributionReport _report = new()
    {
        Method = "test", Output = "margin", Parameters = 1, SkippedParameters = [], SecondsFeatures = 0, SecondsScoring = 0,
        ExamplesComputed = 0, GradientCheck = 0,
    };

    // The reference case of TRAIS-Lab/dattri's own tests; its scores are written [targets, examples].
    [Fact]
    public void Reference_case_gives_its_published_correlations()
    {
        float[] scores = [.1f, .2f, .2f, .1f, .3f, .3f, .4f, .4f];
        var truth = new SubsetOutputs(ExampleMasks.Listed(4, [[0, 1], [0, 2], [1, 2]]), 1, [.3f, .3f, .4f, .4f, .5f, .3f]);
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(new AttributionMatrix(scores, 4, 2, _report), truth);
        Assert.Equal(1.0, lds.PerQuery[0], 1e-7);
        Assert.Equal(0.8660254, lds.PerQuery[1], 1e-7);
        Assert.Equal(0, RankCorrelation.PValue(lds.PerQuery[0], 3), 1e-7);
        Assert.Equal(1.0 / 3, RankCorrelation.PValue(lds.PerQuery[1], 3), 1e-6);
        Assert.Null(lds.NoiseCeiling);
    }

    [Fact]
    public void Outputs_that_are_sums_of_the_scores_give_1_and_the_opposite_sign_minus_1()
    {
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 30, seeds: 1, noise: 0);
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(scores, truth);
        Assert.Equal(1, lds.Score, 1e-12);
        Assert.Equal((1.0, 1.0), (Math.Round(lds.Interval.Low, 9), Math.Round(lds.Interval.High, 9)));
        Assert.Equal(-1, LinearDatamodelingScore.Of(Negated(scores), truth).Score, 1e-12);
    }

    [Fact]
    public void Sign_of_the_scores_is_the_sign_of_the_result()
    {
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 30, seeds: 2, noise: 3);
        Assert.Equal(
            -LinearDatamodelingScore.Of(scores, truth).Score, LinearDatamodelingScore.Of(Negated(scores), truth).Score, 1e-12);
    }

    // Independent columns: the standard deviation of one ρ is 1/√(s − 1).
    [Fact]
    public void Random_scores_give_nothing()
    {
        const int subsets = 40, targets = 60;
        (_, SubsetOutputs truth) = Linear(subsets, seeds: 1, noise: 1, targets: targets, independent: true);
        var random = new RandomStream(9, "random scores");
        var scores = new AttributionMatrix(
            [.. Enumerable.Range(0, 50 * targets).Select(_ => random.NextSingle() - 0.5f)], 50, targets, _report);
        Assert.True(Math.Abs(LinearDatamodelingScore.Of(scores, truth).Score) < 5 / Math.Sqrt((subsets - 1) * targets));
    }

    // Signal and noise known: the LDS of the true scores is the square root of the reliability of the mean over seeds, up to
    // ranks.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void Noise_ceiling_is_what_perfect_scores_reach(int seeds)
    {
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 100, seeds, noise: 4, targets: 80, independent: true);
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(scores, truth);
        Assert.InRange(lds.Score, 0.3, 0.95);
        Assert.Equal(lds.Score, lds.NoiseCeiling!.Value, 0.035);
    }

    [Fact]
    public void Interval_holds_the_score_and_narrows_with_queries()
    {
        (AttributionMatrix few, SubsetOutputs fewTruth) = Linear(subsets: 60, seeds: 1, noise: 4, targets: 5, independent: true);
        (AttributionMatrix many, SubsetOutputs manyTruth) = Linear(
            subsets: 60, seeds: 1, noise: 4, targets: 200, independent: true);
        LinearDatamodelingScore wide = LinearDatamodelingScore.Of(few, fewTruth), narrow =
            LinearDatamodelingScore.Of(many, manyTruth);
        Assert.InRange(wide.Score, wide.Interval.Low, wide.Interval.High);
        Assert.True(narrow.Interval.High - narrow.Interval.Low < wide.Interval.High - wide.Interval.Low);
    }

    [Fact]
    public void Constant_columns_are_left_out_and_counted()
    {
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 20, seeds: 1, noise: 0, targets: 3);
        float[] outputs = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 1 ? 7f : (float)truth.Mean(i / 3, i % 3, [0]))];
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(scores, new SubsetOutputs(truth.Masks, 1, outputs));
        Assert.Equal((1, 2), (lds.ExcludedColumns, lds.PerQuery.Count));
        var allConstant = new SubsetOutputs(truth.Masks, 1, new float[60]);
        Assert.Throws<NumericalException>(() => LinearDatamodelingScore.Of(scores, allConstant));
    }

    [Fact]
    public void A_subset_of_queries_is_the_score_of_those_columns()
    {
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 30, seeds: 1, noise: 3);
        LinearDatamodelingScore all = LinearDatamodelingScore.Of(scores, truth), some =
            LinearDatamodelingScore.Of(scores, truth, [1, 3]);
        Assert.Equal([all.PerQuery[1], all.PerQuery[3]], some.PerQuery);
    }

    // Every example is worth the same, so size is all there is to predict: once it is taken out, nothing is left but the planted
    // part.
    [Fact]
    public void Size_is_regressed_out_of_unequal_subsets()
    {
        const int examples = 50, subsets = 80;
        ExampleMasks masks = ExampleMasks.Independent(subsets, examples, 0.5, 3);
        var random = new RandomStream(4, "size noise");
        float[] outputs = [.. Enumerable.Range(0, subsets).Select(j => 10f * masks.Indices(j).Length + random.NextSingle())];
        var scores = new AttributionMatrix(
            [.. Enumerable.Range(0, examples).Select(i => 1 + 0.01f * random.NextSingle())], examples, 1, _report);
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(scores, new SubsetOutputs(masks, 1, outputs));
        Assert.True(lds.HasUnequalSizes);
        Assert.True(Math.Abs(lds.Score) < 5 / Math.Sqrt(subsets - 1));
    }

    [Fact]
    public void Failed_trainings_are_left_out_and_counted()
    {
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 20, seeds: 2, noise: 0, targets: 2);
        float[] outputs = [.. Enumerable.Range(0, 20)
            .SelectMany(j => Enumerable.Range(0, 2).SelectMany(r => Enumerable.Range(0, 2)
            .Select(q => j == 3 || (j == 5 && r == 1) ? float.NaN : (float)truth.Mean(j, q, [r]))))];
        var holed = new SubsetOutputs(truth.Masks, 2, outputs);
        Assert.Equal((3, 19, 18), (holed.Failed, holed.Answered.Length, holed.Complete.Length));
        Assert.Equal(1, LinearDatamodelingScore.Of(scores, holed).Score, 1e-9);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        ExampleMasks two = ExampleMasks.ExactSize(2, 10, 0.5, 1);
        Assert.Contains(
            "at least 3", Assert.Throws<TessarException>(() => new SubsetOutputs(two, 1, new float[4])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SubsetOutputs(two, 1, new float[3]));
        (AttributionMatrix scores, SubsetOutputs truth) = Linear(subsets: 10, seeds: 1, noise: 0);
        var other = new AttributionMatrix(new float[6], 2, 3, _report);
        Assert.Throws<ArgumentException>(() => LinearDatamodelingScore.Of(other, truth));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearDatamodelingScore.Of(scores, truth, resamples: 10));
    }

    private static AttributionMatrix Negated(AttributionMatrix scores) =>
        new([.. scores.Scores.ToArray().Select(s => -s)], scores.TrainCount, scores.TargetCount, _report);

    // y_j,r(q) = Σ_{i ∈ S_j} score[i, q] + noise, over exact half subsets of 50 examples.
    private static (AttributionMatrix Scores, SubsetOutputs Truth) Linear(
        int subsets, int seeds, double noise, int targets = 8, bool independent = false)
    {
        const int examples = 50;
        var random = new RandomStream(independent ? 2u : 1u, "lds test", targets);
        double Normal() => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
        float[] scores = [.. Enumerable.Range(0, examples * targets).Select(_ => (float)Normal())];
        ExampleMasks masks = ExampleMasks.ExactSize(subsets, examples, 0.5, 7);
        List<float> outputs = [];
        for (int j = 0; j < subsets; j++)
        {
            int[] members = masks.Indices(j);
            double[] sums = [.. Enumerable.Range(0, targets).Select(q => members.Sum(i => (double)scores[i * targets + q]))];
            for (int r = 0; r < seeds; r++)
                outputs.AddRange(sums.Select(sum => (float)(sum + noise * Normal())));
        }

        return (new AttributionMatrix(scores, examples, targets, _report), new SubsetOutputs(masks, seeds, [.. outputs]));
    }
}
