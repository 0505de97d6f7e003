using System.Runtime.InteropServices;

namespace Tessar.Cli.Parsing;

/// <summary>Ctrl-C (or a termination signal) once asks the command to save and stop; twice ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly TextWriter _errors;

    public Interrupts(TextWriter errors)
    {
        _errors = errors;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    public CancellationToken Cancellation => _source.Token;

    /// <summary>Asks the command to save and stop, as Ctrl-C does the first time.</summary>
    public void Stop() => _source.Cancel();

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return; // the second time the system's own reaction ends the process
        context.Cancel = true;
        _errors.WriteLine("Saving and stopping. Press Ctrl-C again to stop at once.");
        _source.Cancel();
    }
}
