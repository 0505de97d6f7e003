using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Tests.Data.Evaluation.Removal;

public sealed class RemovalTrialsTests
{
    private static Tessar.Tasks.Classification Classes(int count) =>
        new(new Tessar.Tasks.TaskSetup { Outputs = [.. Enumerable.Range(0, count).Select(c => $"{c}")] });

    // Two classes: the margin is the difference of the logits.
    [Fact]
    public void Margins_and_votes_are_those_of_the_logits()
    {
        float nan = float.NaN;
        float[] logits =
        [
            3, 1, 0, 2, // removal 0, seed 0: targets 0 and 1 with labels 0 and 1
            1, 2, 0, 1, // seed 1
            0, 4, 5, 1, // seed 2
            nan, nan, nan, nan, // removal 1: the first training failed
            1, 0, 1, 0,
            2, 0, 0, 3,
        ];
        var trials = new RemovalTrials(2, 3, [0, 1], logits, Classes(2));
        Assert.Equal([[2, 2], [-1, 1], [-4, -4]], trials.Margins(0));
        Assert.Equal([[1, -1], [2, 3]], trials.Margins(1));
        Assert.Equal(1, trials.Failed);
        Assert.Equal([true, false], [trials.IsFlipped(0, 0)!.Value, trials.IsFlipped(0, 1)!.Value]);
        Assert.Equal(
            [false, false], [trials.IsFlipped(1, 0)!.Value, trials.IsFlipped(1, 1)!.Value]); // one of two isn't more than half
    }

    [Fact]
    public void A_removal_without_a_model_has_no_answer()
    {
        var trials = new RemovalTrials(1, 2, [0], [float.NaN, float.NaN, float.NaN, float.NaN], Classes(2));
        Assert.Null(trials.IsFlipped(0, 0));
        Assert.Empty(trials.Margins(0));
        Assert.Equal(2, trials.Failed);
    }

    [Fact]
    public void Joined_trials_stand_one_after_the_other()
    {
        var joined = new RemovalTrials(1, 1, [0], [1, 0], Classes(2))
            .Then(new RemovalTrials(2, 1, [0], [2, 0, 0, 3], Classes(2)));
        Assert.Equal(
            (3, 1.0, 2.0, -3.0), (joined.Count, joined.Margins(0)[0][0], joined.Margins(1)[0][0], joined.Margins(2)[0][0]));
        Assert.Throws<ArgumentException>(() => joined.Then(new RemovalTrials(1, 2, [0], [1, 0, 1, 0], Classes(2))));
        Assert.Throws<ArgumentException>(() => new RemovalTrials(2, 1, [0, 1], new float[6], Classes(2)));
    }

    [Fact]
    public void Masks_hold_everything_but_the_removed()
    {
        ExampleMasks masks = RemovalTrials.Without(5, [[1, 3], [], [0]]);
        Assert.Equal([0, 2, 4], masks.Indices(0));
        Assert.Equal([0, 1, 2, 3, 4], masks.Indices(1));
        Assert.Equal([1, 2, 3, 4], masks.Indices(2));
    }

    [Fact]
    public void Random_removals_nest_and_follow_from_the_seed()
    {
        int[] small = RemovalChoice.AtRandom(50, 5, 7, 2), large = RemovalChoice.AtRandom(50, 20, 7, 2);
        Assert.Equal(small, large[..5]);
        Assert.Equal(20, large.Distinct().Count());
        Assert.NotEqual(small, RemovalChoice.AtRandom(50, 5, 7, 3));
        Assert.NotEqual(small, RemovalChoice.AtRandom(50, 5, 8, 2));
    }

    [Fact]
    public void Rankings_are_by_score_by_sum_and_by_magnitude()
    {
        AttributionMatrix scores = EvaluationCases.Scores(2, 1, 0, -5, 1, 2, 2, 0, 3);
        Assert.Equal([2, 0], RemovalChoice.Proponents(scores, 0, 2));
        Assert.Equal([2, 3, 0, 1], RemovalChoice.BySum(scores, [0, 1]));
        Assert.Equal([1, 2, 3, 0], RemovalChoice.BySum(scores, [0, 1], ofMagnitudes: true));
        Assert.Equal([3, 2, 1, 0], RemovalChoice.BySum(scores, [1]));
    }

    [Theory]
    [InlineData(0.5, 10, 5)]
    [InlineData(0.01, 150, 2)]
    public void Shares_are_rounded_to_examples(double share, int examples, int expected) =>
        Assert.Equal(expected, RemovalChoice.CountOf(share, examples));

    [Theory]
    [InlineData(0.01, 10)]
    [InlineData(0.99, 10)]
    public void Shares_of_nothing_or_everything_are_refused(double share, int examples) =>
        Assert.Contains(
            "one has to be removed and one kept",
            Assert.Throws<TessarException>(() => RemovalChoice.CountOf(share, examples)).Message, StringComparison.Ordinal);
}
