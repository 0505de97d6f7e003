using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Jobs;

/// <summary>The process of one job, from its start to its end.</summary>
internal sealed class JobProcess : IDisposable
{
    private const int LinesKept = 5;
    private const string ProgressStart = "{\"progress\":";
    private const string ErrorStart = "{\"error\":";

    // How long a process that is asked to end may take to do so in order, with its files put in place.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _graceWhenStopping = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly string _commandName;
    private readonly Queue<string> _said = new();
    private JobError? _error;

    private JobProcess(Process process, string commandName) => (_process, _commandName) = (process, commandName);

    /// <summary>Runs a job to its end, whatever that is; the job's state tells.</summary>
    /// <param name="program">The program.</param>
    /// <param name="commandName">How the command line is called in what pages suggest.</param>
    /// <param name="job">The job, which has been started.</param>
    /// <param name="isHurried">Whether the server is stopping, so that there is no time.</param>
    public static async Task RunAsync(JobProgram program, string commandName, Job job, Func<bool> isHurried)
    {
        try
        {
            using var process = new JobProcess(Begin(program, job.Arguments), commandName);
            int code = await process.FollowAsync(job, isHurried).ConfigureAwait(false);
            if (code == 0)
                job.End(JobState.Done);
            else if (job.Cancellation.IsCancellationRequested)
                job.End(JobState.Cancelled);
            else
                job.End(JobState.Failed, process.Obituary(code));
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            job.End(JobState.Failed, new Problem(
                StatusCodes.Status503ServiceUnavailable, "job-not-started", "The job’s process can’t be started or followed.",
                $"{program.Path}: {error.Message.TrimEnd('.')}.", "Type the command instead:", job.Document.Command));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static Process Begin(JobProgram program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program.Path, [.. program.Arguments, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TESSAR_PROGRESS"] = "json";
        start.Environment["TESSAR_PARENT"] = "stdin";
        start.Environment["NO_COLOR"] = "1";
        return Process.Start(start)!;
    }

    private async Task<int> FollowAsync(Job job, Func<bool> isHurried)
    {
        // Its result lies with the run; what it prints of it is of no use here, but has to be taken off its hands.
        Task output = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        Task errors = ListenAsync(job);
        try
        {
            await _process.WaitForExitAsync(job.Cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(isHurried() ? _graceWhenStopping : _grace).ConfigureAwait(false);
        }

        // A process it started may hold the other ends open for longer.
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(_lastWords, CancellationToken.None)).ConfigureAwait(false);
        return _process.ExitCode;
    }

    private async Task ListenAsync(Job job)
    {
        while (await _process.StandardError.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            if (ProgressOf(line) is { } progress)
                job.Report(progress);
            else if (ErrorOf(line) is { } error)
                Volatile.Write(ref _error, error);
            else
                Keep(line);
        }
    }

    private static JobProgress? ProgressOf(string line)
    {
        if (!line.StartsWith(ProgressStart, StringComparison.Ordinal))
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, JobJsonContext.Default.ProgressLine)?.Progress;
        }
        catch (JsonException)
        {
            return null; // a line of text that happens to begin like that
        }
    }

    private static JobError? ErrorOf(string line)
    {
        if (!line.StartsWith(ErrorStart, StringComparison.Ordinal))
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, JobJsonContext.Default.JobErrorLine)?.Error;
        }
        catch (JsonException)
        {
            return null; // of another version, whose line for people follows
        }
    }

    private void Keep(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_said)
        {
            _said.Enqueue(line.Trim());
            if (_said.Count > LinesKept)
                _said.Dequeue();
        }
    }

    // The end of its standard input asks it to end; what it started ends with it.
    private async Task EndAsync(TimeSpan grace)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has closed its end already.
        }

        using var patience = new CancellationTokenSource(grace);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void Kill()
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

    // `tessar` tells its error as data, then as the last line, which names options that a page doesn't have; a crash of native
    // code leaves whatever it said, and a code above 128.
    private Problem Obituary(int code)
    {
        if (Volatile.Read(ref _error) is { } told)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "job-failed", "The job failed.", told.Message, told.Remedies,
                _commandName);
        }

        string last;
        lock (_said)
            last = _said.LastOrDefault()
                ?? string.Create(
                    CultureInfo.InvariantCulture,
                    $"The process ended with code {code} and said nothing. Type the command to see more.");
        return Problems.Of(StatusCodes.Status422UnprocessableEntity, "job-failed", "The job failed.", last);
    }
}
