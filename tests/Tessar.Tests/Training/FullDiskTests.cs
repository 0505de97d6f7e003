using System.Diagnostics;
using Tessar.Runs;
using Tessar.Tests.Processes;
using Tessar.Tests.Runs;
using Tessar.Training;

namespace Tessar.Tests.Training;

public sealed class FullDiskTests : IDisposable
{
    private const string Scenario = "train until the disk is full";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// On a disk of 3 MiB that holds 2 MiB already, in a mount namespace of the child's own. Where the system doesn't let us
    /// make one, a file in the way of the checkpoints' folder has to stand in: another cause, the same way out.
    /// </summary>
    [Fact]
    public void Disk_that_fills_up_while_training_leaves_a_run_that_can_be_resumed()
    {
        SmallData.Write(_folder);
        Directory.CreateDirectory(_folder.File("runs"));
        string[] inNamespace =
        [
            "--mount", "--map-root-user", "sh", "-c", "mount -t tmpfs -o size=3m none \"$0\" && exec \"$@\"",
            _folder.File("runs"),
        ];
        if (CanRun("unshare", [.. inNamespace, "true"]))
        {
            string program = Path.ChangeExtension(typeof(FullDiskTests).Assembly.Location, null);
            (int code, string text) = RunProgram(
                "unshare", [.. inNamespace, program, EntryPoint.Switch, Scenario, _folder.Path, "full"]);
            Assert.True(code == 0, text);
        }
        else
        {
            ChildResult result = ChildProcess.Run(Scenario, _folder.Path, "blocked");
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }

    [Scenario(Scenario)]
    private static void TrainOnFullDisk(string[] arguments)
    {
        string data = Path.Combine(arguments[0], "small.tess"), runs = Path.Combine(arguments[0], "runs");
        string filler = Path.Combine(runs, "filler"), block = Path.Combine(runs, "run", "checkpoints");
        bool isFull = arguments[1] == "full";
        if (isFull)
            File.WriteAllBytes(filler, new byte[2 << 20]);
        var request = new TrainingRequest
        {
            Model = "mlp", Data = data, RunsDirectory = runs, Name = "run", Epochs = 2, BatchSize = 16, Threads = 1,
            CheckpointEverySteps = 1,
        };
        var error = Assert.Throws<TessarException>(() => Trainer.Train(request, new Listener<TrainingProgress>(progress =>
        {
            if (isFull || progress.Step != 3)
                return;
            Directory.Move(block, block + "-aside");
            File.WriteAllText(block, "in the way");
        })));
        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Contains(isFull ? "the disk is full" : "can't be written", error.Message, StringComparison.Ordinal);
        Run run = Run.Open(Path.Combine(runs, "run"));
        Assert.InRange(run.Checkpoints.Count, 2, 13);
        Assert.NotEqual(RunStatus.Running, run.Status);
        Assert.True(run.ReadMetrics().Count >= run.Checkpoints.Count);

        File.Delete(isFull ? filler : block);
        if (!isFull)
            Directory.Move(block + "-aside", block);
        run.LoadModel().Dispose();
        run = Trainer.Resume(run);
        Run whole = Trainer.Train(request with { Name = "whole", RunsDirectory = Path.Combine(arguments[0], "other") });
        Assert.Equal(whole.Checkpoints.Select(c => c.Sha256), run.Checkpoints.Select(c => c.Sha256), StringComparer.Ordinal);
    }

    private static bool CanRun(string program, string[] arguments)
    {
        try
        {
            return RunProgram(program, arguments).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Text) RunProgram(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string text = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return (process.ExitCode, text);
    }
}
