using System.Runtime.InteropServices;

namespace Tessar.Cli.Parsing;

/// <summary>Ctrl-C (or a termination signal) once asks the command to save and stop; twice ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private readonly TextWriter errors;

    public Interrupts(TextWriter errors)
    {
        this.errors = errors;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    public CancellationToken Cancellation => source.Token;

    /// <summary>Asks the command to save and stop, as Ctrl-C does the first time.</summary>
    public void Stop() => source.Cancel();

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
            return; // the second time the system's own reaction ends the process
        context.Cancel = true;
        errors.WriteLine("Saving and stopping. Press Ctrl-C again to stop at once.");
        source.Cancel();
    }
}
