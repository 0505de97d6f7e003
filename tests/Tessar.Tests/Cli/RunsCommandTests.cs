using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Tests.Cli;

public sealed class RunsCommandTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void Run_that_a_process_is_only_just_making_is_starting_and_no_error()
    {
        Directory.CreateDirectory(_tool.File("runs/young"));
        using (RunLock.Take(_tool.File("runs/young")))
        {
            JsonElement row = Assert.Single(_tool.Json("runs").GetProperty("runs").EnumerateArray());

            Assert.Equal(("young", "starting"), (row.GetProperty("name").GetString(), row.GetProperty("status").GetString()));
            Assert.False(row.TryGetProperty("error", out _));
            Assert.DoesNotContain("can't be read", _tool.Run("runs").Output, StringComparison.Ordinal);
        }

        Assert.True(_tool.Json("runs").GetProperty("runs")[0].TryGetProperty("error", out _));
    }
}
