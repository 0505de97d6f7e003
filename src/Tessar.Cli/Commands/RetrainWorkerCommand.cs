using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tessar.Training.Retraining;

namespace Tessar.Cli.Commands;

/// <summary>What `retrain` starts: a process that trains the numbers it is told. Not for people.</summary>
internal sealed class RetrainWorkerCommand : Command
{
    public RetrainWorkerCommand()
        : base(WorkerCommand.Verb, "Trains for `retrain`")
    {
        Hidden = true;
        var folder = new Argument<string>("DIRECTORY");
        Add(folder);
        SetAction(parsed =>
        {
            // Ctrl-C reaches every process of the terminal; the parent decides what becomes of this one.
            using var interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            // At once and from outside: a model's code may be in the middle of anything, for ever.
            RetrainingWorker.Run(
                parsed.GetRequiredValue(folder), Console.In, parsed.InvocationConfiguration.Output,
                orphaned: Process.GetCurrentProcess().Kill);
            return ExitCode.Success;
        });
    }
}
