using System.Diagnostics;
using System.Text;

namespace Tessar.Tests.Processes;

/// <summary>
/// A method marked <c>[Scenario("name")]</c> running in a process of its own: for what must not happen in this one, such as
/// being killed, loading libtorch for the first time, or a call that might abort.
/// </summary>
/// <example><code>
/// ChildResult result = ChildProcess.Run("malformed matmul");
/// Assert.Equal(3, result.ExitCode);
///
/// using ChildProcess child = ChildProcess.Start("write half a store", path);
/// child.WaitFor("half written");
/// child.Kill();
/// </code></example>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Runs a scenario to its end.</summary>
    public static ChildResult Run(string scenario, params string[] arguments)
    {
        using ChildProcess child = Start(scenario, arguments);
        return child.WaitForEnd();
    }

    /// <summary>Starts a scenario; it can read lines of <see cref="Tell"/> from its standard input.</summary>
    public static ChildProcess Start(string scenario, params string[] arguments) => Start(scenario, arguments, environment: null);

    /// <summary>Starts a scenario with some environment variables set (or, with null, unset).</summary>
    public static ChildProcess Start(string scenario, string[] arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        string program = Path.ChangeExtension(
            typeof(ChildProcess).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        return StartProgram(program, [EntryPoint.Switch, scenario, .. arguments], environment);
    }

    /// <summary>Starts any program, in a folder of its own if one is given.</summary>
    public static ChildProcess StartProgram(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null,
        string workingDirectory = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Collect(child._output, line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Collect(child._error, line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits until the child has printed the line.</summary>
    public void WaitFor(string line) => WaitFor(printed => printed == line);

    /// <summary>Waits until the child has printed a line like that.</summary>
    public void WaitFor(Func<string, bool> isLine)
    {
        long end = Stopwatch.GetTimestamp() + (long)(_patience.TotalSeconds * Stopwatch.Frequency);
        lock (_output)
        {
            while (!_output.ToString().Split('\n').Any(isLine))
            {
                Assert.True(
                    !_process.HasExited && Stopwatch.GetTimestamp() < end,
                    $"The child never printed the line waited for. Output: {_output}. Error: {_error}");
                Monitor.Wait(_output, TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>Sends the child a line.</summary>
    public void Tell(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Closes this end of the child's standard input, as the end of this process would.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Ends the child at once, as <c>kill -9</c> does, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>Waits for the child's end; fails the test when it takes more than three minutes.</summary>
    public ChildResult WaitForEnd()
    {
        if (!_process.WaitForExit(_patience))
        {
            Kill();
            Assert.Fail($"The child didn't end. Output: {_output}. Error: {_error}");
        }

        // The overload without a limit also waits until both streams have been read to their end.
        _process.WaitForExit();
        lock (_output)
        {
            return new ChildResult(_process.ExitCode, _output.ToString(), _error.ToString());
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private void Collect(StringBuilder text, string? line)
    {
        lock (_output)
        {
            if (line is not null)
            {
                text.Append(line).Append('\n');
            }

            Monitor.PulseAll(_output);
        }
    }
}

/// <summary>How a child ended. Killed or aborted children have exit codes of 128 and above.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Error);
