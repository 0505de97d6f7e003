using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Data;

/// <summary>A feature store whose writing is killed, disturbed or runs out of disk, in processes of their own.</summary>
public sealed class InterruptedFeaturesTests : IDisposable
{
    private const string Writing = "write features and wait";
    private const string Filling = "write features until the disk is full";
    private const int BatchSize = 20;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // 20 examples a batch: 1,000 rows wait for the scale, 64 batches are between two flushes. So nothing, rows without
    // their bits, and rows with their bits are on disk.
    [Theory]
    [InlineData(400)]
    [InlineData(1100)]
    [InlineData(1400)]
    public void Store_of_a_killed_process_is_finished_with_identical_files(int done)
    {
        using TemporaryFolder killed = new(), straight = new();
        string run = LargeRun.Write(killed.Path, _folder.Path);
        using (ChildProcess child = ChildProcess.Start(Writing, run, done.ToString(CultureInfo.InvariantCulture)))
        {
            child.WaitFor("waiting");
            child.Kill();
        }

        AttributionMatrix resumed = Score(run);
        AttributionMatrix whole = Score(LargeRun.Write(straight.Path, _folder.Path));
        Assert.Equal(LargeRun.TrainCount, whole.Report.ExamplesComputed);
        // 1,280 rows, 64 batches, were flushed before the 1,400th.
        Assert.Equal(done == 1400 ? LargeRun.TrainCount - 1280 : LargeRun.TrainCount, resumed.Report.ExamplesComputed);
        Assert.Equal(whole.Scores.ToArray(), resumed.Scores.ToArray());
        foreach (string file in new[] { "phi.bin", "q.bin", "done.bitmap", "header.json" })
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(Features(straight.Path), file)),
                File.ReadAllBytes(Path.Combine(Features(killed.Path), file)));
    }

    [Fact]
    public void Store_that_another_process_writes_is_refused_until_it_ends()
    {
        string run = LargeRun.Write(_folder.Path, _folder.Path);
        using ChildProcess child = ChildProcess.Start(Writing, run, "1100");
        child.WaitFor("waiting");
        TessarException e = Assert.Throws<TessarException>(() => Score(run));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains("is being written by another process", e.Message, StringComparison.Ordinal);
        child.Tell("go on");
        Assert.Equal(0, child.WaitForEnd().ExitCode);
        Assert.Equal(0, Score(run).Report.ExamplesComputed);
    }

    /// <summary>On a disk of 1 MiB, where this process may mount one; the store needs 800 KiB, of which there are 300.</summary>
    [Fact]
    public void Disk_that_fills_up_is_said_and_the_call_completes_once_there_is_room()
    {
        using FullDisk? disk = FullDisk.TryMount(1 << 20);
        ChildResult result = ChildProcess.Run(
            Filling, LargeRun.Write(disk?.Path ?? _folder.Path, _folder.Path), disk is null ? "blocked" : "full");
        Assert.True(result.ExitCode == 0, result.Error);
        using var straight = new TemporaryFolder();
        Score(LargeRun.Write(straight.Path, _folder.Path));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(Features(straight.Path), "phi.bin")),
            File.ReadAllBytes(Path.Combine(Features(disk?.Path ?? _folder.Path), "phi.bin")));
    }

    [Scenario(Filling)]
    private static void FillTheDisk(string[] arguments)
    {
        string root = Path.GetDirectoryName(arguments[0])!, filler = Path.Combine(root, "filler");
        // Where no disk can be mounted, a folder in the place of the rows has to stand in: another cause, the same way out.
        bool isFull = arguments[1] == "full";
        if (isFull)
        {
            long room = new DriveInfo(root).AvailableFreeSpace;
            File.WriteAllBytes(filler, new byte[room - (300 << 10)]);
        }

        string? block = null;
        TessarException e = Assert.Throws<TessarException>(() => Score(arguments[0], new Listener<MethodProgress>(_ =>
        {
            if (!isFull && block is null)
                Directory.CreateDirectory(block = Path.Combine(Features(root), "phi.bin"));
        })));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains(isFull ? "The disk is full" : "can't be written", e.Message, StringComparison.Ordinal);
        Assert.Contains("features-", e.Message, StringComparison.Ordinal);
        if (isFull)
            File.Delete(filler);
        else
            Directory.Delete(block!);
        AttributionMatrix scores = Score(arguments[0]);
        Assert.Equal(LargeRun.TrainCount, scores.TrainCount);
    }

    [Scenario(Writing)]
    private static void WriteAndWait(string[] arguments)
    {
        int done = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        Score(arguments[0], new Listener<MethodProgress>(progress =>
        {
            if (progress.Stage != "features" || progress.Done != done)
                return;
            Console.WriteLine("waiting");
            Console.ReadLine();
        }));
    }

    private static AttributionMatrix Score(string run, IProgress<MethodProgress>? progress = null)
    {
        Run recorded = Run.Open(run);
        using ExampleStore store = recorded.OpenExamples();
        var trak = new Trak(new TrakOptions { ProjectionDimension = 256, BatchSize = BatchSize });
        return trak.Score(
            new RunView(recorded), recorded.TrainSet(store), recorded.TestSet(store), new MethodContext { Progress = progress });
    }

    private static string Features(string root) =>
        Assert.Single(Directory.GetDirectories(Path.Combine(root, "run", "results", "data", "trak")));
}
