using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Datamodels;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Tests.Methods;
using Tessar.Training.Retraining;

namespace Tessar.Tests.Data.Datamodels;

/// <summary>From a small trained run to scores, with models trained in this process.</summary>
public sealed class DatamodelScoresTests(ContractRun run) : IClassFixture<ContractRun>
{
    private readonly Watched _retrainer = new();

    private MethodContext Context => new() { Retrainer = _retrainer };

    // What the folder of trainings holds is enough to work the scores out again: sign, order and units.
    [Theory]
    [InlineData(TargetOutput.Margin, 1)]
    [InlineData(TargetOutput.NegativeLoss, -1)]
    public void Difference_scores_follow_from_the_recorded_trainings(TargetOutput output, int sign)
    {
        AttributionMatrix scores = Score(new() { Subsets = 24, Estimator = DatamodelEstimator.Difference, Output = output });
        RetrainedModels models = _retrainer.Last!;
        float[] answers = models.ReadOutputs();
        bool[][] saw = [.. Enumerable.Range(0, 24)
            .Select(m => Enumerable.Range(0, run.Train.Count).Select(models.OpenMasks().Indices(m).Contains).ToArray())];
        for (int i = 0; i < run.Train.Count; i++)
        {
            for (int j = 0; j < run.Test.Count; j++)
            {
                double with = Enumerable.Range(0, 24).Where(m => saw[m][i]).Average(m => answers[m * run.Test.Count + j]);
                double without = Enumerable.Range(0, 24).Where(m => !saw[m][i]).Average(m => answers[m * run.Test.Count + j]);
                Assert.Equal(sign * (with - without), scores[i, j], 1e-4);
            }
        }

        Assert.Contains(scores.Report.Checks, check => check.Name == "standard-error" && check.Value > 0);
        Assert.Contains(scores.Report.Checks, check => check.Name == "held-out-correlation");
    }

    [Fact]
    public void Lasso_scores_are_optimal_for_the_recorded_trainings()
    {
        AttributionMatrix scores = Score(new() { Subsets = 40 });
        SelfCheck gap = scores.Report.Checks.Single(check => check.Name == "kkt-gap");
        Assert.True(gap is { Limit: 1e-3, Holds: true }, $"gap {gap.Value}");
        float[] answers = _retrainer.Last!.ReadOutputs();
        MaskColumns columns = SplitColumns.Read(_retrainer.Last.OpenMasks(), [.. Enumerable.Range(0, 40)]);
        double[][] x = Design.Standardized(columns);
        for (int j = 0; j < run.Test.Count; j++)
        {
            double[] y = [.. Enumerable.Range(0, 40).Select(m => (double)answers[m * run.Test.Count + j])];
            double[] weights = [.. Enumerable.Range(0, run.Train.Count)
                .Select(i => scores[i, j] / Math.Max(columns.InverseDeviations[i], 1e-9))];
            if (weights.All(w => w == 0))
                continue;
            double[] gradients = Design.Gradients(x, y, weights);
            double penalty = gradients.Where((_, i) => weights[i] != 0).Average(Math.Abs);
            Assert.True(Design.Gap(gradients, weights, penalty, 0) <= 5e-3);
        }
    }

    [Fact]
    public void Trainings_have_seeds_of_their_own_and_are_reused()
    {
        Score(new() { Subsets = 24 });
        ulong seed = new RandomStream(0, "datamodels").NextUInt64();
        Assert.Equal(seed, _retrainer.Request!.Seed);
        Assert.NotEqual(new RandomStream(0, "evaluation").NextUInt64(), seed);
        Assert.NotEqual(new RandomStream(0, "ensemble").NextUInt64(), seed);
        string folder = _retrainer.Request.Directory;
        Score(new() { Subsets = 24, Estimator = DatamodelEstimator.Difference });
        Assert.Equal(folder, _retrainer.Request.Directory);
        Score(new() { Subsets = 24, Seed = 1 });
        Assert.NotEqual(folder, _retrainer.Request.Directory);
    }

    [Fact]
    public void Fewer_subsets_than_were_trained_are_the_first_of_them()
    {
        Run copy = run.Copy();
        var few = new DatamodelScores(new() { Subsets = 24 });
        new DatamodelScores(new() { Subsets = 30 }).Score(new RunView(copy), run.Train, run.Test, Context);
        AttributionMatrix after = few.Score(new RunView(copy), run.Train, run.Test, Context);
        Assert.Equal(30, _retrainer.Last!.Count);
        Assert.Equal(few.Score(new RunView(run.Copy()), run.Train, run.Test, Context).Scores.ToArray(), after.Scores.ToArray());
        AttributionMatrix others = few.Score(new RunView(copy), run.Train, new ExampleSet(run.Store, "test", 4, 3), Context);
        Assert.Equal(after[7, 5], others[7, 1]);
        Assert.Equal(30, _retrainer.Last.Count);
    }

    [Fact]
    public void Failed_trainings_are_left_out_and_told()
    {
        var failing = new Watched { Spoil = 3 };
        List<string> heard = [];
        AttributionMatrix scores = new DatamodelScores(new() { Subsets = 24 }).Score(
            new RunView(run.Copy()), run.Train, run.Test, new MethodContext { Retrainer = failing, Warn = heard.Add });
        string remark = Assert.Single(scores.Report.Remarks, r => r.Contains("trainings failed", StringComparison.Ordinal));
        Assert.Contains("3 of 24 trainings failed", remark, StringComparison.Ordinal);
        Assert.Contains(remark, heard);
        var ruined = new Watched { Spoil = 10 };
        TessarException error = Assert.Throws<TessarException>(() => new DatamodelScores(new() { Subsets = 24 }).Score(
            new RunView(run.Copy()), run.Train, run.Test, new MethodContext { Retrainer = ruined }));
        Assert.Contains("leaves models on 14 subsets; data/datamodels needs 20", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_settings_have_messages_of_their_own()
    {
        Refused("fraction is 1; it has to lie strictly between 0 and 1", () => Score(new() { Fraction = 1 }));
        Refused("fraction is 0; it has to lie strictly between 0 and 1", () => Score(new() { Fraction = 0 }));
        Assert.Contains(
            "Subsets is 19; allowed: 20 to ", Assert.Throws<ArgumentException>(() => Score(new() { Subsets = 19 })).Message,
            StringComparison.Ordinal);
        Refused("path-ratio is 1; it has to lie strictly between 0 and 1", () => Score(new() { PathRatio = 1 }));
        Refused("leaves subsets that are empty or hold everything", () => Score(new() { Fraction = 0.001 }));
        Refused(
            "its Retrainer is null",
            () => new DatamodelScores(new()).Score(new RunView(run.Shared), run.Train, run.Test, new MethodContext()));
        using var imported = new SmallRun();
        Refused(
            "can't be retrained", () => new DatamodelScores(new()).Score(imported.View, imported.Train, imported.Test, Context));
        Assert.Null(_retrainer.Request);
    }

    [Fact]
    public void Group_scores_add_up_to_the_regression_on_the_recorded_trainings()
    {
        AttributionMatrix scores = new DatamodelsGrouped(new() { Subsets = 30 })
            .Score(new RunView(run.Copy()), run.Train, run.Test, Context);
        float[] answers = _retrainer.Last!.ReadOutputs();
        int[] labels = [.. Enumerable.Range(0, run.Train.Count).Select(run.Train.Label)];
        int classes = labels.Max() + 1;
        bool[][] design = [.. Enumerable.Range(0, 30).Select(m => Enumerable.Range(0, classes)
            .Select(c => _retrainer.Last.OpenMasks().Indices(m).Any(i => labels[i] == c)).ToArray())];
        var regression = new GroupRegression(design, 0, g => $"{g}");
        double own = 0, others = 0;
        for (int j = 0; j < run.Test.Count; j++)
        {
            GroupFit fit = regression.Fit([.. Enumerable.Range(0, 30).Select(m => (double)answers[m * run.Test.Count + j])]);
            for (int c = 0; c < classes; c++)
                Assert.Equal(
                    fit.Weights[c], Enumerable.Range(0, labels.Length).Where(i => labels[i] == c).Sum(i => (double)scores[i, j]),
                    1e-4);
            own += fit.Weights[run.Test.Label(j)];
            others += fit.Weights.Sum() - fit.Weights[run.Test.Label(j)];
        }

        // A model that never saw the target's class can't know it.
        Assert.True(own > others, $"{own} and {others}");
    }

    [Fact]
    public void Groups_partition_the_examples()
    {
        ExampleGroups slices = ExampleGroups.Of(run.Train, DatamodelGrouping.Slice, 4);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i / 10), slices.OfExample);
        ExampleGroups both = ExampleGroups.Of(run.Train, DatamodelGrouping.ClassSlice, 2);
        Assert.Equal(2 * ExampleGroups.Of(run.Train, DatamodelGrouping.Class, 2).Count, both.Count);
        for (int g = 0; g < both.Count; g++)
            Assert.Single(Enumerable.Range(0, 40).Where(i => both.OfExample[i] == g).Select(run.Train.Label).Distinct());
        bool[][] drawn = slices.Draw(200, 0.2, 1);
        Assert.All(drawn, row => Assert.Contains(true, row));
        Assert.True(drawn.Select(row => row.Count(has => has)).Distinct().Count() > 1);
    }

    [Fact]
    public void Bad_groups_have_messages_of_their_own()
    {
        Refused(
            "can't tell 40 groups apart; 4 per group are needed. Set subsets=160",
            () => Group(new() { Groups = DatamodelGrouping.Slice, Slices = 40, Subsets = 159 }));
        Refused("is one group", () => Group(new() { Groups = DatamodelGrouping.Slice, Slices = 1 }));
        Refused("fraction is 1", () => Group(new() { Fraction = 1 }));
        Refused(
            "its Retrainer is null",
            () => new DatamodelsGrouped(new()).Score(new RunView(run.Shared), run.Train, run.Test, new MethodContext()));
    }

    private static void Refused(string part, Action call) =>
        Assert.Contains(part, Assert.Throws<TessarException>(call).Message, StringComparison.Ordinal);

    private AttributionMatrix Score(DatamodelScoresOptions options) =>
        new DatamodelScores(options).Score(new RunView(run.Shared), run.Train, run.Test, Context);

    private void Group(DatamodelsGroupedOptions options) =>
        new DatamodelsGrouped(options).Score(new RunView(run.Shared), run.Train, run.Test, Context);

    /// <summary>Trains in this process, remembers what was asked, and lets the first trainings fail if told to.</summary>
    private sealed class Watched : IRetrainer
    {
        public RetrainingRequest? Request { get; private set; }

        public RetrainedModels? Last { get; private set; }

        public int Spoil { get; init; }

        public RetrainedModels Retrain(
            RetrainingRequest request, IProgress<RetrainingProgress>? progress = null, CancellationToken cancellation = default)
        {
            Request = request;
            Last = new InProcessRetrainer().Retrain(request, progress, cancellation);
            if (Spoil == 0)
                return Last;
            float[] outputs = Last.ReadOutputs();
            Array.Fill(outputs, float.NaN, 0, outputs.Length / Last.Count * Spoil);
            var writer = new SafetensorsWriter();
            writer.Add("outputs", outputs, Last.Count, outputs.Length / Last.Count);
            writer.Save(Last.OutputsPath);
            RetrainingJson.Write(
                Path.Combine(Last.Directory, RetrainingJson.FileName),
                Last.Record with { Failed = [.. Enumerable.Range(0, Spoil).Select(job => new FailedTraining(job, "spoilt."))] });
            return Last = RetrainedModels.Open(Last.Directory);
        }
    }
}
