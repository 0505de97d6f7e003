using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>Ctrl-C once saves and stops; twice stops at once.</summary>
public sealed class InterruptTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void One_signal_saves_and_the_run_goes_on_later(string signal)
    {
        using ChildProcess training = _tool.StartEndlessTraining("long");
        Tool.Send(signal, training);
        ChildResult result = training.WaitForEnd();
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("Saving and stopping.", result.Error, StringComparison.Ordinal);
        Assert.Contains("tessar train --resume long", result.Output, StringComparison.Ordinal);
        Assert.Equal("interrupted", _tool.Json("show", "long").GetProperty("status").GetString());
        Assert.NotEmpty(Directory.GetFiles(_tool.File("runs/long/checkpoints"), "*.safetensors"));
    }

    [Fact]
    public void Server_ends_with_success()
    {
        using ChildProcess serving = _tool.Start("serve", "--port", "0", "--no-open");
        serving.WaitFor(line => line.StartsWith("The workbench is at http://127.0.0.1:", StringComparison.Ordinal));
        Tool.Send("INT", serving);
        Assert.Equal(0, serving.WaitForEnd().ExitCode);
    }
}
