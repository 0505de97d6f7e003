using System.Diagnostics;
using System.Globalization;

namespace Tessar.Training.Retraining;

/// <summary>The parent's end of one worker.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int LinesKept = 5;
    private readonly Process _process;
    private readonly Queue<string> _lastErrors = new();

    private WorkerProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a worker.</summary>
    /// <exception cref="TessarException">The program can't be started.</exception>
    public static WorkerProcess Start(WorkerCommand command, string directory)
    {
        var start = new ProcessStartInfo(command.Program, [.. command.Arguments, directory])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new WorkerProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new TessarException(
                $"The worker `{command.Program}` can't be started: {e.Message.TrimEnd('.')}. Check the installation.",
                ErrorKind.Environment, e);
        }
    }

    /// <summary>Hands over a training, and waits for it to end.</summary>
    /// <returns>True when it is done, false when the process ended before.</returns>
    /// <exception cref="TessarException">The worker can't go on, whatever the training: the message is its own.</exception>
    public bool Carry(int job)
    {
        try
        {
            _process.StandardInput.WriteLine(job.ToString(CultureInfo.InvariantCulture));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            return false; // it is gone already; the reading end tells why
        }

        string done = string.Create(CultureInfo.InvariantCulture, $"{RetrainingWorker.Done}{job}");
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line == done)
                return true;
            if (line.StartsWith(RetrainingWorker.Stop, StringComparison.Ordinal))
                throw Stopped(line[RetrainingWorker.Stop.Length..]);
        }

        return false;
    }

    private static TessarException Stopped(string said)
    {
        string[] parts = said.Split(' ', 2);
        return parts.Length == 2 && Enum.TryParse(parts[0], out ErrorKind kind)
            ? new TessarException(parts[1], kind)
            : new TessarException(said, ErrorKind.Environment);
    }

    /// <summary>How a process that ended by itself ended, for people.</summary>
    public string Obituary()
    {
        _process.WaitForExit();
        lock (_lastErrors)
        {
            string said = _lastErrors.Count > 0 ? $": {string.Join(" / ", _lastErrors)}" : string.Empty;
            return string.Create(CultureInfo.InvariantCulture, $"the worker process ended with code {_process.ExitCode}{said}");
        }
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself in the meantime, which is what was wanted.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lastErrors)
        {
            _lastErrors.Enqueue(line);
            if (_lastErrors.Count > LinesKept)
                _lastErrors.Dequeue();
        }
    }
}
