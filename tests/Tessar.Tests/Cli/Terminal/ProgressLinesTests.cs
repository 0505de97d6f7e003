using System.Text.Json;
using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class ProgressLinesTests
{
    [Fact]
    public void Line_is_an_object_with_the_fields_of_a_report_and_leaves_out_what_is_not_there()
    {
        using var errors = new StringWriter();
        var lines = new ProgressLines(errors, TimeProvider.System);

        lines.Report(new ProgressUpdate("Gradients", 3, 10, "examples"));

        Assert.Equal(
            "{\"progress\":{\"stage\":\"Gradients\",\"done\":3,\"total\":10,\"unit\":\"examples\"}}",
            errors.ToString().TrimEnd());
    }

    [Fact]
    public void First_and_last_of_each_stage_are_always_told_and_in_between_ten_a_second_at_most()
    {
        using var errors = new StringWriter();
        var clock = new HandClock();
        var lines = new ProgressLines(errors, clock);
        foreach (string stage in new[] { "Gradients", "Scores" })
        {
            for (int done = 1; done <= 100; done++)
            {
                lines.Report(new ProgressUpdate(stage, done, 100, "examples"));
                clock.Advance(TimeSpan.FromMilliseconds(10));
            }
        }

        lines.Finish();
        lines.Finish();

        (string Stage, int Done)[] told =
        [
            .. errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("progress"))
                .Select(progress => (progress.GetProperty("stage").GetString()!, progress.GetProperty("done").GetInt32())),
        ];
        foreach (string stage in new[] { "Gradients", "Scores" })
        {
            int[] done = [.. told.Where(line => line.Stage == stage).Select(line => line.Done)];
            Assert.Equal((1, 100), (done[0], done[^1]));
            Assert.InRange(done.Length, 10, 12);
            Assert.Equal(done.Order().Distinct(), done);
        }
    }
}
