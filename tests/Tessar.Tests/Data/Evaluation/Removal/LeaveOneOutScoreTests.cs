using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Tests.Data.Evaluation.Removal;

public sealed class LeaveOneOutScoreTests
{
    // Margins without examples 0, 1, 2: effects are 0, −1, −3 but for a constant; scores 1, 2, 5. By hand: xy = −(Σ of products
    // of deviations) with x = (4, 1, −5)/3 and y = (−5, −2, 7)/3: Σxy = −57/9, Σxx = 42/9, Σyy = 78/9.
    [Fact]
    public void Correlation_is_that_of_the_hand_calculation()
    {
        LeaveOneOutScore score = Of(EvaluationCases.Scores(1, 1, 2, 5), 1, [0, 1, 3]);
        Assert.Equal(-57 / Math.Sqrt(42.0 * 78), score.Pearson.Value, 1e-6);
        Assert.Equal(-1, score.Spearman.Value, 1e-12);
        Assert.Equal(Math.Sqrt(42.0 / 9 / 2), score.Spread, 1e-6);
        Assert.Null(score.NoiseCeiling);
        Assert.Null(score.SeedNoise);
        Assert.Equal(3, score.Removed);
    }

    // f_without = f_full − score: exact scores.
    [Fact]
    public void Exact_scores_reach_1_and_negated_ones_minus_1()
    {
        (AttributionMatrix scores, float[] margins) = Additive(removed: 20, targets: 5, seeds: 1, noise: 0);
        LeaveOneOutScore exact = Of(scores, 1, margins), wrong = Of(Negated(scores), 1, margins);
        Assert.Equal((1, 1), (Math.Round(exact.Pearson.Value, 5), Math.Round(exact.Spearman.Value, 9)));
        Assert.Equal(-exact.Pearson.Value, wrong.Pearson.Value, 1e-12);
        Assert.InRange(exact.Pearson.Low, 0.9999, 1);
    }

    // Noise of standard deviation s over an effect of 1: the mean of R seeds correlates with the effect by 1/√(1 + s²/R).
    // Tolerances are five standard errors: (1 − ρ²)/√(150·60) of a correlation ρ, of halves for the ceiling, whose root doubles
    // it; 1/√(2·150·60) of a deviation.
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Ceiling_and_noise_are_what_exact_scores_and_theory_give(int seeds)
    {
        const double noise = 2;
        (AttributionMatrix scores, float[] margins) = Additive(removed: 150, targets: 60, seeds, noise);
        LeaveOneOutScore score = Of(scores, seeds, margins);
        double theory = 1 / Math.Sqrt(1 + noise * noise / seeds);
        Assert.Equal(theory, score.Pearson.Value, 0.03);
        Assert.Equal(theory, score.NoiseCeiling!.Value.Value, 0.07);
        Assert.InRange(score.NoiseCeiling.Value.Value, score.NoiseCeiling.Value.Low, score.NoiseCeiling.Value.High);
        Assert.Equal(noise / Math.Sqrt(seeds), score.SeedNoise!.Value, 0.06);
        Assert.Equal(Math.Sqrt(1 + noise * noise / seeds), score.Spread, 0.07);
        Assert.InRange(score.Pearson.Value, score.Pearson.Low, score.Pearson.High);
    }

    // Effects without signal: a method can't be blamed, and the ceiling says so. 100 removed, 60 targets: |r| of pure noise is
    // about 0.1/√60.
    [Fact]
    public void Pure_seed_noise_has_a_ceiling_near_nothing()
    {
        (AttributionMatrix scores, float[] margins) = Additive(removed: 100, targets: 60, seeds: 4, noise: 1, effect: 0);
        LeaveOneOutScore score = Of(scores, 4, margins);
        Assert.InRange(score.Pearson.Value, -0.07, 0.07);
        Assert.True(score.Pearson.Low < 0 && score.Pearson.High > 0);
        Assert.InRange(score.NoiseCeiling!.Value.Value, 0, 0.36);
        Assert.Equal(score.SeedNoise!.Value, score.Spread, 0.03);
    }

    [Fact]
    public void Failed_trainings_are_left_out()
    {
        (AttributionMatrix scores, float[] margins) = Additive(removed: 10, targets: 2, seeds: 2, noise: 0);
        for (int row = 6; row < 8; row++) // both seeds of removal 3
            (margins[2 * row], margins[2 * row + 1]) = (float.NaN, float.NaN);
        LeaveOneOutScore score = Of(scores, 2, margins);
        Assert.Equal(9, score.Removed);
        Assert.Equal(1, score.Pearson.Value, 1e-6);
    }

    [Fact]
    public void Constant_columns_are_left_out_and_counted()
    {
        LeaveOneOutScore score = Of(EvaluationCases.Scores(2, 1, 7, 2, 7, 4, 7), 1, [-1, 3, -2, 5, -4, 1]);
        Assert.Equal((1, 1), (score.ExcludedColumns, score.PerTarget.Count));
        Assert.Equal(1, score.Pearson.Value, 1e-6);
        Assert.Throws<NumericalException>(() => Of(EvaluationCases.Scores(1, 1, 1, 1), 1, [1, 2, 3]));
    }

    [Fact]
    public void Fewer_than_three_removed_examples_are_refused() =>
        Assert.Contains(
            "at least 3", Assert.Throws<TessarException>(() => Of(EvaluationCases.Scores(1, 1, 2), 1, [1, 2])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var truth = new SubsetOutputs(ExampleMasks.Listed(4, [[0], [1], [2]]), 1, [1, 2, 3]);
        Assert.Throws<ArgumentException>(() =>
            LeaveOneOutScore.Of(EvaluationCases.Scores(2, 1, 2, 3, 4, 5, 6), [0, 1, 2], truth, 0));
        Assert.Throws<ArgumentException>(() => LeaveOneOutScore.Of(EvaluationCases.Scores(1, 1, 2, 3), [0, 1], truth, 0));
    }

    private static LeaveOneOutScore Of(AttributionMatrix scores, int seeds, float[] margins)
    {
        int[] removed = [.. Enumerable.Range(0, scores.TrainCount)];
        ExampleMasks masks = RemovalTrials.Without(scores.TrainCount + 1, [.. removed.Select(i => new[] { i })]);
        return LeaveOneOutScore.Of(scores, removed, new SubsetOutputs(masks, seeds, margins), seed: 1);
    }

    private static AttributionMatrix Negated(AttributionMatrix scores) =>
        EvaluationCases.Scores(scores.TargetCount, [.. scores.Scores.ToArray().Select(s => -s)]);

    // Margins [removed · seeds, targets]: f = 3 − effect·score + noise.
    private static (AttributionMatrix Scores, float[] Margins) Additive(
        int removed, int targets, int seeds, double noise, double effect = 1)
    {
        var random = new RandomStream(1, "loo test", seeds);
        float[] scores = [.. Enumerable.Range(0, removed * targets).Select(_ => (float)EvaluationCases.Normal(random))];
        List<float> margins = [];
        for (int i = 0; i < removed; i++)
        {
            for (int r = 0; r < seeds; r++)
                margins.AddRange(Enumerable.Range(0, targets)
                    .Select(q => (float)(3 - effect * scores[i * targets + q] + noise * EvaluationCases.Normal(random))));
        }

        return (EvaluationCases.Scores(targets, scores), [.. margins]);
    }
}
