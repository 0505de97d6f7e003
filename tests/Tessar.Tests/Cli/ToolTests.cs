using System.Diagnostics;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>The program as a process: start, streams, exit codes, configuration.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly Tool _tool = new() { IsProcess = true };

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void Help_loads_no_libtorch()
    {
        // The dynamic linker reports every library it maps.
        _tool.Environment["LD_DEBUG"] = "files";
        ChildResult result = _tool.Run("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("libcoreclr", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("torch", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Help_stands_within_300_milliseconds()
    {
        // One of twenty is enough: the others may have waited for a busy machine, on which the other half of the suite runs.
        double best = double.MaxValue;
        for (int i = 0; i < 20 && best > 300; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _tool.Run("--help");
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Assert.InRange(best, 0, 300);
    }

    [Fact]
    public void Listing_runs_loads_no_libtorch()
    {
        _tool.Environment["LD_DEBUG"] = "files";
        Assert.DoesNotContain("torch", _tool.Run("runs").Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Json_is_one_object_and_nothing_else() => Assert.Empty(_tool.Json("runs").GetProperty("runs").EnumerateArray());

    [Fact]
    public void Errors_leave_standard_output_empty() =>
        Assert.StartsWith("There is no run `nothing`.", _tool.Fails(3, "show", "nothing", "--json"), StringComparison.Ordinal);

    [Fact]
    public void Command_line_beats_environment_beats_file_beats_default()
    {
        string Folder(params string[] more) => _tool.Json(["runs", .. more]).GetProperty("folder").GetString()!;
        Assert.Equal(_tool.File("runs"), Folder());
        File.WriteAllText(_tool.File("tessar.json"), """{ "runs": "from-file" } // here""");
        Assert.Equal(_tool.File("from-file"), Folder());
        _tool.Environment["TESSAR_RUNS"] = "from-environment";
        Assert.Equal(_tool.File("from-environment"), Folder());
        Assert.Equal(_tool.File("from-line"), Folder("--runs", "from-line"));
    }

    [Fact]
    public void Unknown_key_of_the_file_stops_every_command()
    {
        File.WriteAllText(_tool.File("tessar.json"), """{ "thread": 2 }""");
        Assert.EndsWith("`thread` is not a setting. Did you mean `threads`?", _tool.Fails(2, "runs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_environment_variable_is_named()
    {
        _tool.Environment["TESSAR_THREADS"] = "many";
        Assert.Equal(
            "The environment variable TESSAR_THREADS is `many`; required is a whole number from 1 to 1,024.",
            _tool.Fails(2, "runs"));
    }

    [Fact]
    public void All_wrong_values_are_reported_together() => Assert.Equal(
        "`--seed` is `-1`; required is a whole number from 0 to 2^64 - 1. `--threads` is `0`; required is a whole number from 1 "
            + "to 1,024.",
        _tool.Fails(2, "runs", "--threads", "0", "--seed", "-1"));

    [Fact]
    public void Bash_completes_commands_by_the_script()
    {
        const string Script =
            "source \"$1\"; PATH=\"$2:$PATH\"; COMP_WORDS=(tessar ru); COMP_CWORD=1; COMP_LINE='tessar ru'; COMP_POINT=9; "
                + "_tessar; echo \"${COMPREPLY[*]}\"";
        File.WriteAllText(_tool.File("completion.sh"), _tool.Run("completion", "bash").Output);
        string starter = _tool.File("tessar");
        File.WriteAllText(
            starter, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Tessar.Cli.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(starter, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using ChildProcess child = ChildProcess.StartProgram(
            "bash", ["-c", Script, "bash", _tool.File("completion.sh"), _tool.Folder], _tool.Environment, _tool.Folder);
        ChildResult result = child.WaitForEnd();
        Assert.Equal((0, "runs\n"), (result.ExitCode, result.Output));
    }
}
