using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class ProgressDisplayTests
{
    [Theory]
    [InlineData(2000, "0.05", "0.050 models/s")]
    [InlineData(20, "0.6", "0.6 models/s")]
    [InlineData(1, "12", "12 models/s")]
    public void A_slow_rate_is_told_in_tenths_or_thousandths(int seconds, string modelsPerSecond, string told)
    {
        var clock = new HandClock();
        using var errors = new StringWriter();
        int done = (int)(seconds * double.Parse(modelsPerSecond, System.Globalization.CultureInfo.InvariantCulture));
        new ProgressDisplay(errors, quiet: false, clock).Run(progress =>
        {
            clock.Advance(TimeSpan.FromSeconds(Math.Max(seconds, 10)));
            progress.Report(new ProgressUpdate("Training", seconds < 10 ? done * 10 : done, 1000, "models"));
            return 0;
        });
        Assert.Contains(told, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Away_from_a_terminal_there_is_a_line_every_ten_seconds_and_one_at_the_end()
    {
        var clock = new HandClock();
        using var errors = new StringWriter();
        int result = new ProgressDisplay(errors, quiet: false, clock).Run(progress =>
        {
            for (int step = 1; step <= 25; step++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                progress.Report(new ProgressUpdate("Training", step * 100, 2500, "steps", "loss 0.5"));
            }
            return 7;
        });
        Assert.Equal(7, result);
        Assert.Equal(
            """
            Training: 1,000 of 2,500 steps, 100 steps/s, loss 0.5, 15 s left
            Training: 2,000 of 2,500 steps, 100 steps/s, loss 0.5, 5.0 s left
            Training: 2,500 steps in 25 s, loss 0.5
            """, errors.ToString().TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_new_stage_ends_the_one_before_and_counts_from_zero()
    {
        var clock = new HandClock();
        using var errors = new StringWriter();
        new ProgressDisplay(errors, quiet: false, clock).Run(progress =>
        {
            clock.Advance(TimeSpan.FromSeconds(9));
            progress.Report(new ProgressUpdate("Features", 90, 90, "examples"));
            progress.Report(new ProgressUpdate("Scores", 1, 10, "examples"));
            clock.Advance(TimeSpan.FromSeconds(2));
            progress.Report(new ProgressUpdate("Scores", 10, 10, "examples"));
            return 0;
        });
        Assert.Equal(
            "Features: 90 examples in 9.0 s\nScores: 10 examples in 2.0 s", errors.ToString().TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        using var errors = new StringWriter();
        new ProgressDisplay(errors, quiet: true).Run(progress =>
        {
            progress.Report(new ProgressUpdate("Training", 1, 1, "steps"));
            return 0;
        });
        Assert.Equal(string.Empty, errors.ToString());
    }

    [Fact]
    public void Work_without_reports_leaves_no_line()
    {
        using var errors = new StringWriter();
        new ProgressDisplay(errors, quiet: false).Run(_ => 0);
        Assert.Equal(string.Empty, errors.ToString());
    }
}
