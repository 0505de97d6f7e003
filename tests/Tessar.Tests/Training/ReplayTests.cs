using Tessar.Runs;
using Tessar.Tests.Runs;
using Tessar.Training;

namespace Tessar.Tests.Training;

public sealed class ReplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_replayed_to_the_same_bits_and_metrics()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            CheckpointEverySteps = 5,
            LabelErrors = 0.1,
            Mask = [.. Enumerable.Range(0, 90)]
        });
        RunReplay replay = Replay(run);
        Assert.True(replay.IsBitEqual);
        Assert.Equal([5L, 10, 12], replay.Checkpoints.Select(c => c.Step));
        Assert.Equal(run.Checkpoints.Select(c => c.Sha256), replay.Checkpoints.Select(c => c.Found));
        Assert.Equal(run.ReadMetrics().Count, replay.MetricRows);
        Assert.Null(replay.FirstDifferentStep);
        Assert.Empty(replay.Differences);
    }

    [Fact]
    public void A_run_that_was_stopped_is_replayed_to_where_it_is()
    {
        Run run = SmallRuns.Interrupt(SmallRuns.Interrupt(SmallRuns.Request(_folder), 3), 9);
        RunReplay replay = Replay(run);
        Assert.True(replay.IsBitEqual);
        Assert.Equal([3L, 7, 9], replay.Checkpoints.Select(c => c.Step));
    }

    [Fact]
    public void A_record_with_another_number_is_found_out_at_the_first_step()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder));
        RunRecord forged = run.Record with { Program = run.Record.Program with { Seed = 2 } };
        RunJson.Write(Path.Combine(run.Directory, RunJson.FileName), forged);
        RunReplay replay = Replay(Run.Open(run.Directory));
        Assert.False(replay.IsBitEqual);
        Assert.Equal(1, replay.FirstDifferentStep);
        Assert.All(replay.Checkpoints, c => Assert.False(c.IsEqual));
    }

    [Fact]
    public void A_replay_leaves_the_run_as_it_was()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder));
        string[] Content() => [.. Directory.EnumerateFiles(run.Directory, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file =>
                $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")];
        string[] before = Content();
        Replay(run);
        Assert.Equal(before, Content());
    }

    [Fact]
    public void A_mask_that_was_changed_is_refused()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Mask = [0, 1, 2, 3] });
        MaskFile.Save(run.Directory, [0, 1, 2, 4], 100);
        Assert.Contains("as recorded", Assert.Throws<FileFormatException>(() => Replay(run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_of_all_examples_trains_what_no_mask_trains()
    {
        Run masked = SmallRuns.Train(SmallRuns.Request(_folder, "masked") with { Mask = [.. Enumerable.Range(0, 100)] });
        Run plain = SmallRuns.Train(SmallRuns.Request(_folder, "plain"));
        Assert.Equal(plain.Checkpoints[^1].Sha256, masked.Checkpoints[^1].Sha256);
        Assert.Equal(100, masked.Record.Program.Mask!.Examples);
    }

    [Fact]
    public void A_masked_run_sees_the_chosen_examples_only()
    {
        // Half of the labels are wrong in the examples that the mask leaves out: they mustn't matter.
        int[] chosen = [.. Enumerable.Range(0, 50)];
        Run whole = SmallRuns.Train(SmallRuns.Request(_folder, "masked") with { Mask = chosen });
        Run range = SmallRuns.Train(SmallRuns.Request(_folder, "range") with { Train = "train:0-49" });
        Assert.Equal(range.Checkpoints[^1].Sha256, whole.Checkpoints[^1].Sha256);
    }

    [Fact]
    public void An_imported_run_has_nothing_to_replay()
    {
        using var small = new Data.SmallRun();
        Assert.Contains(
            "were imported", Assert.Throws<TessarException>(() => Replay(small.Run)).Message, StringComparison.Ordinal);
    }

    private static RunReplay Replay(Run run) => Trainer.Replay(run, progress: null, TestContext.Current.CancellationToken);
}
