using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Training.Replaying;
using Tessar.Training.Retraining;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>From the words of a command line to a job, and from the job to its answer.</summary>
internal static class Asking
{
    /// <summary>The job that a line describes.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="method">The method; null where none is asked.</param>
    /// <param name="runs">Names or paths, separated by commas.</param>
    /// <param name="settings">Settings of the question; those that are null keep their default.</param>
    public static MethodJob Job(
        Invocation call, string question, string? method, string runs,
        params IEnumerable<(string Name, object? Value)> settings) => new()
        {
            Question = question,
            Method = method,
            Options = method is null ? new Dictionary<string, string>(StringComparer.Ordinal) : call.MethodOptions(method),
            Settings = settings.Where(setting => setting.Value is not null)
            .ToDictionary(setting => setting.Name, setting => MethodOption.Write(setting.Value), StringComparer.Ordinal),
            Runs = Split(runs),
            Seed = call.IsSeedGiven ? call.Seed : null,
        };

    /// <summary>Names of runs, separated by commas.</summary>
    /// <exception cref="TessarException">There is none.</exception>
    public static IReadOnlyList<string> Split(string runs)
    {
        string[] names = runs.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0
            ? names
            : throw new TessarException($"`{runs}` names no run. See `{CommandLine.ProgramName} runs`.", ErrorKind.Usage);
    }

    /// <summary>Asks and shows the progress; what is open is closed when <paramref name="show"/> returns.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="job">The question.</param>
    /// <param name="show">Told what was open and the answer.</param>
    public static int Run(Invocation call, MethodJob job, Action<Inquiry, MethodResult> show)
    {
        var runner = new MethodRunner(call.Known.Catalog) { RunsDirectory = call.Runs, OpensRun = call.OpenRun };
        var relay = new Relay();
        using Inquiry inquiry = runner.Open(job, new MethodContext
        {
            Cancellation = call.Cancellation,
            Progress = relay,
            Warn = call.Remark,
            Plan = call.Remark,
            Retrainer = new ProcessRetrainer(),
            Replayer = new RunReplayer(),
        });
        call.KeepOutputsApart(FilesOf(inquiry));
        TorchThreads.Set(call.Threads);
        MethodResult result = call.Progress.Run(progress =>
        {
            relay.Display = Translate.Method(progress);
            return runner.Run(inquiry);
        });
        show(inquiry, result);
        return ExitCode.Success;
    }

    /// <summary>The value of a setting that has no default, or null.</summary>
    public static string? Given(this Invocation call, Setting<string> setting) =>
        call.TryValue(setting, out string value) ? value : null;

    // What is read: the examples, and what was recorded of the runs.
    private static IEnumerable<string> FilesOf(Inquiry inquiry) => inquiry.Store.Paths.Concat(
        inquiry.View.Checkpoints.Select(one => one.Run.Directory).Distinct(StringComparer.Ordinal)
            .SelectMany(folder =>
                Directory.EnumerateFiles(folder).Concat(inquiry.View.Checkpoints.Select(one => one.Checkpoint.File))));

    // The display is there only while something runs: before that nothing is reported.
    private sealed class Relay : IProgress<MethodProgress>
    {
        public IProgress<MethodProgress>? Display { get; set; }

        public void Report(MethodProgress value) => Display?.Report(value);
    }
}
