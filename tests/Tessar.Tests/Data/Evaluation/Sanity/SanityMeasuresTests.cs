using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation.Sanity;
using Tessar.Methods;
using Tessar.Tests.Data.Evaluation.Removal;

namespace Tessar.Tests.Data.Evaluation.Sanity;

public sealed class SanityMeasuresTests
{
    private static readonly AttributionMatrix _scores = EvaluationCases.Scores(2, 1, 9, 2, 8, 3, 7, 4, 6);

    [Fact]
    public void Agreement_is_1_with_itself_and_minus_1_with_the_opposite()
    {
        Assert.Equal([1, 1], SanityMeasures.RankAgreement(_scores, _scores));
        AttributionMatrix reversed = EvaluationCases.Scores(2, [.. _scores.Scores.ToArray().Select(s => -s)]);
        Assert.Equal([-1, -1], SanityMeasures.RankAgreement(_scores, reversed));
        Assert.True(double.IsNaN(SanityMeasures.RankAgreement(_scores, EvaluationCases.Scores(2, 1, 1, 1, 2, 1, 3, 1, 4))[0]));
        Assert.Throws<ArgumentException>(() => SanityMeasures.RankAgreement(_scores, EvaluationCases.Scores(1, 1, 2, 3, 4)));
    }

    [Fact]
    public void First_proponent_is_looked_up_by_class()
    {
        // Example 3 leads for target 0, example 0 for target 1.
        Assert.Equal([true, false], SanityMeasures.HasSameClassFirst(_scores, [1, 0, 0, 2], [2, 2]));
        Assert.Equal((0.25 + 0.5) / 2, SanityMeasures.ChanceOfSameClass([1, 0, 0, 2], [2, 0]));
    }

    [Fact]
    public void Distinct_examples_on_top_are_counted()
    {
        Assert.Equal([2, 4, 4], new[] { 1, 2, 3 }.Select(top => SanityMeasures.DistinctOnTop(_scores, top)));
        AttributionMatrix same = EvaluationCases.Scores(2, 1, 1, 2, 2, 3, 3);
        Assert.Equal(2, SanityMeasures.DistinctOnTop(same, 2));
    }

    // Random scores against the formula: 100 examples, 30 targets, top 5; the count's standard deviation is below 3.
    [Fact]
    public void Distinct_examples_by_chance_follow_the_formula()
    {
        var random = new RandomStream(1, "distinct");
        int[] counts = [.. Enumerable.Range(0, 20).Select(_ =>
            SanityMeasures.DistinctOnTop(
                EvaluationCases.Scores(30, [.. Enumerable.Range(0, 3_000).Select(_ => random.NextSingle())]), 5))];
        Assert.Equal(SanityMeasures.DistinctByChance(100, 30, 5), counts.Average(), 3.5);
    }

    [Fact]
    public void Gap_of_copies_is_in_standard_deviations()
    {
        Assert.Equal(0, SanityMeasures.LargestGapOfCopies(EvaluationCases.Scores(1, 1, 3, 1, 3)));
        Assert.Equal(2 / Math.Sqrt(1.25), SanityMeasures.LargestGapOfCopies(EvaluationCases.Scores(1, 1, 2, 3, 4)), 1e-9);
        Assert.Equal(0, SanityMeasures.LargestGapOfCopies(EvaluationCases.Scores(1, 2, 2, 2, 2)));
    }

    [Fact]
    public void Copies_hold_every_picture_and_label_twice()
    {
        using var small = new SmallRun("logistic");
        string folder;
        using (var copies = new CopiedExamples(small.Train, small.Test, 20))
        {
            folder = Path.GetDirectoryName(copies.Store.Path)!;
            Assert.Equal((40, SmallRun.TestCount), (copies.Train.Count, copies.Targets.Count));
            for (int i = 0; i < 40; i++)
            {
                Assert.Equal(small.Train.Image(i % 20).ToArray(), copies.Train.Image(i).ToArray());
                Assert.Equal(small.Train.Label(i % 20), copies.Train.Label(i));
            }

            Assert.Equal(small.Test.Image(3).ToArray(), copies.Targets.Image(3).ToArray());
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void Fresh_models_are_of_the_same_architecture_with_other_weights()
    {
        using var small = new SmallRun("mlp");
        using var fresh = new FreshModels(small.View, seed: 9);
        using var again = new FreshModels(small.View, seed: 9);
        Assert.NotEqual(small.View.Checkpoints[0].Checkpoint.Sha256, fresh.View.Checkpoints[0].Checkpoint.Sha256);
        Assert.Equal(again.View.Checkpoints[0].Checkpoint.Sha256, fresh.View.Checkpoints[0].Checkpoint.Sha256);
        using var model = fresh.View.Checkpoints[0].LoadModel();
        Assert.NotEmpty(model.parameters());
    }
}
