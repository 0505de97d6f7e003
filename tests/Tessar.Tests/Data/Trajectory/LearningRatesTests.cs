using Tessar.Lenses.Data.Trajectory;
using Tessar.Runs;
using Tessar.Tests.Runs;
using Tessar.Training;

namespace Tessar.Tests.Data.Trajectory;

public sealed class LearningRatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The trainer logs every update of these short epochs; with nine of ten rows gone, the formula has to bring them back.
    [Theory]
    [InlineData("constant", 0)]
    [InlineData("constant", 4)]
    [InlineData("cosine", 0)]
    [InlineData("cosine", 5)]
    public void Sums_are_exact_for_constant_and_cosine_although_few_updates_were_logged(string schedule, int warmup)
    {
        (Run run, double[] rates) = Train(schedule, warmup);
        IReadOnlyList<MetricRow> few = [.. run.ReadMetrics().Where(row => row.Step % 10 == 3)];
        LearningRates found = LearningRates.Of(run.Record.Program, rates.Length, few);
        Assert.True(found.IsExact);
        Assert.Equal(0, found.Gap, 1e-12);
        for (int after = 0; after <= rates.Length; after += 3)
        {
            for (int upTo = after; upTo <= rates.Length; upTo += 2)
                Assert.Equal(rates[after..upTo].Sum(), found.Sum(after, upTo), 1e-12);
        }
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("step")]
    [InlineData("wsd")]
    public void Sums_are_exact_for_any_schedule_when_every_update_was_logged(string schedule)
    {
        (Run run, double[] rates) = Train(schedule, 2);
        LearningRates found = LearningRates.Of(run.Record.Program, rates.Length, run.ReadMetrics());
        Assert.True(found.IsExact);
        Assert.Equal(rates.Sum(), found.Sum(0, rates.Length), 1e-12);
        Assert.Equal(rates[5..9].Sum(), found.Sum(5, 9), 1e-12);
    }

    [Fact]
    public void Straight_line_between_rows_is_exact_for_a_linear_schedule_and_says_that_it_was_drawn()
    {
        (Run run, double[] rates) = Train("linear", 0);
        IReadOnlyList<MetricRow> few = [.. run.ReadMetrics().Where(row => row.Step is 1 or 8 || row.Step == rates.Length)];
        LearningRates found = LearningRates.Of(run.Record.Program, rates.Length, few);
        Assert.False(found.IsExact);
        Assert.Equal(rates[2..17].Sum(), found.Sum(2, 17), 1e-12);
    }

    // Logged rates are what happened: a formula that contradicts them is dropped, and the gap tells by how much.
    [Fact]
    public void Rows_that_contradict_the_formula_win()
    {
        (Run run, double[] rates) = Train("constant", 0);
        IReadOnlyList<MetricRow> halved = [.. run.ReadMetrics().Where(row => row.LearningRate is not null)
            .Select(row => row with { LearningRate = row.LearningRate / 2 })];
        LearningRates found = LearningRates.Of(run.Record.Program, rates.Length, halved);
        Assert.Equal(rates.Sum() / 2, found.Sum(0, rates.Length), 1e-12);
        Assert.Equal(1, found.Gap, 1e-12);
    }

    [Fact]
    public void Missing_metrics_of_a_schedule_without_formula_and_steps_beyond_the_end_are_refused()
    {
        (Run run, double[] rates) = Train("linear", 0);
        TessarException e = Assert.Throws<TessarException>(() => LearningRates.Of(run.Record.Program, rates.Length, []));
        Assert.Contains("metrics.arrows", e.Message, StringComparison.Ordinal);
        LearningRates found = LearningRates.Of(run.Record.Program, rates.Length, run.ReadMetrics());
        e = Assert.Throws<TessarException>(() => found.Sum(0, rates.Length + 1));
        Assert.Contains("A checkpoint is at step 22", e.Message, StringComparison.Ordinal);
    }

    private (Run Run, double[] Rates) Train(string schedule, int warmup)
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            Model = "logistic",
            Epochs = 3,
            Schedule = schedule,
            WarmupSteps = warmup
        });
        double[] rates = [.. run.ReadMetrics().Where(row => row.LearningRate is not null).Select(row => row.LearningRate!.Value)];
        Assert.Equal(21, rates.Length);
        return (run, rates);
    }
}
