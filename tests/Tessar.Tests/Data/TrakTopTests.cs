using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Tests.Data;

public sealed class TrakTopTests
{
    [Fact]
    public void Strongest_are_those_of_all_scores()
    {
        using var run = new SmallRun();
        var view = new RunView(run.Run, run.Add("second", "mlp", 2));
        var trak = new Trak(new TrakOptions { ProjectionDimension = 64 });
        AttributionMatrix all = trak.Score(view, run.Train, run.Test, new MethodContext());
        List<string> plans = [];
        TopAttribution top = trak.ScoreTop(view, run.Train, run.Test, 10, new MethodContext { Plan = plans.Add });
        Assert.Contains("the 10 strongest of 150 examples", Assert.Single(plans), StringComparison.Ordinal);
        Assert.Equal((150, 12, 10), (top.TrainCount, top.TargetCount, top.Top));
        Assert.Equal(all.Report.Damping, top.Report.Damping);
        for (int j = 0; j < 12; j++)
        {
            AssertClose(all.Proponents(j, 10), top.Proponents(j));
            AssertClose(all.Opponents(j, 10), top.Opponents(j));
            Assert.All(
                top.Proponents(j).Concat(top.Opponents(j)),
                x => Assert.Equal(all[x.Train, j], x.Score, Math.Abs(all[x.Train, j]) * 1e-3 + 1e-6));
        }
    }

    [Fact]
    public void Result_without_scores_is_kept_beside_the_full_one()
    {
        using var run = new SmallRun();
        var trak = new Trak(new TrakOptions { ProjectionDimension = 32 });
        IReadOnlyDictionary<string, string> options = SmallRun.Settings(("projection-dimension", "32"));
        AttributionResult full = AttributionResult.Save(
            trak.Score(run.View, run.Train, run.Test, new MethodContext()), run.View, run.Train, run.Test, options, 5);
        TopAttribution top = trak.ScoreTop(run.View, run.Train, run.Test, 5, new MethodContext());
        AttributionResult kept = AttributionResult.Save(top, run.View, run.Train, run.Test, options);
        Assert.NotEqual(full.Folder, kept.Folder);
        Assert.Equal((false, true), (full.Document.TopOnly, kept.Document.TopOnly));
        AttributionResult opened = AttributionResult.Open(kept.Folder);
        Assert.True(opened.Document.TopOnly);
        Assert.Equal(top.Proponents(3), opened.Top(3).Proponents);
        Assert.Equal(top.Opponents(3), opened.Top(3).Opponents);
    }

    [Fact]
    public void What_cannot_be_streamed_and_what_exceeds_the_budget_is_refused_before_any_work()
    {
        using var run = new SmallRun();
        foreach (TrakOptions options in new[] { new TrakOptions { Projection = TrakProjection.None }, new TrakOptions
        {
            UseLeverage = true
        } })
        {
            TessarException e = Assert.Throws<TessarException>(() =>
                new Trak(options).ScoreTop(run.View, run.Train, run.Test, 5, new MethodContext()));
            Assert.Equal(ErrorKind.Usage, e.Kind);
        }

        TessarException small = Assert.Throws<TessarException>(() => new Trak(new TrakOptions { ProjectionDimension = 64 })
            .ScoreTop(run.View, run.Train, run.Test, 5, new MethodContext { MemoryBudget = 1000 }));
        Assert.Contains("the memory budget is 1,000", small.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(run.Run.Directory, "results")));
    }

    [Fact]
    public void Native_memory_balances()
    {
        using var small = new SmallRun("cnn");
        var trak = new Trak(new TrakOptions { ProjectionDimension = 64, UseCurvatureWeights = true });
        TensorBalance.HoldsButFor(8, () => trak.ScoreTop(small.View, small.Train, small.Test, 5, new MethodContext()));
    }

    // Ranks may swap within rounding; scores at a rank may not differ by more than it.
    private static void AssertClose(IReadOnlyList<ScoredExample> expected, IReadOnlyList<ScoredExample> found) => Assert.All(
        expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score, Math.Abs(pair.First.Score) * 1e-3 + 1e-6));
}
