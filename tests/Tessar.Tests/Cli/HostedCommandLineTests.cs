using Tessar.Native;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

public sealed class HostedCommandLineTests
{
    [Fact]
    public void It_answers_as_the_program_does_and_leaves_the_process_as_it_was()
    {
        using Tool hosted = new(), program = new() { IsProcess = true };
        string[][] calls = [
            ["runs", "--json"],
            ["show", "nothing"],
            ["runs", "--threads", "0"],
            ["train", "--model", "cn", "--data", "fashion-mnist-mini"],
            ["--help"]
        ];
        (string Folder, int Threads, TextWriter Output) before = (
            Environment.CurrentDirectory, TorchThreads.Current, Console.Out);
        foreach (string[] call in calls)
        {
            ChildResult expected = program.Run(call), found = hosted.Run(call);
            Assert.Equal(
                (expected.ExitCode, Place(expected.Output, program), Place(expected.Error, program)),
                (found.ExitCode, Place(found.Output, hosted), Place(found.Error, hosted)));
        }

        Assert.Equal(before, (Environment.CurrentDirectory, TorchThreads.Current, Console.Out));
    }

    [Fact]
    public void Variables_hold_for_one_call()
    {
        using var tool = new Tool();
        string? before = Environment.GetEnvironmentVariable("TESSAR_RUNS");
        tool.Environment["TESSAR_RUNS"] = "elsewhere";
        Assert.Equal(tool.File("elsewhere"), tool.Json("runs").GetProperty("folder").GetString());
        Assert.Equal(before, Environment.GetEnvironmentVariable("TESSAR_RUNS"));
    }

    [Fact]
    public void Threads_of_a_command_hold_for_one_call()
    {
        using var tool = new Tool();
        int before = TorchThreads.Current;
        tool.Json(
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-9", "--test", "test:0-9",
            "--epochs", "1", "--name", "a",
            "--threads", "3", "--quiet");
        Assert.Equal(3, tool.Json("show", "a").GetProperty("record").GetProperty("machine").GetProperty("threads").GetInt32());
        Assert.Equal(before, TorchThreads.Current);
    }

    private static string Place(string text, Tool tool) => text.Replace(tool.Folder, "{folder}", StringComparison.Ordinal);
}
