using System.Diagnostics;

namespace Tessar.Cli.Terminal;

/// <summary>
/// Ends this process with the one that started it, when <c>TESSAR_PARENT</c> is <c>stdin</c>: its standard input ends when that
/// one does.
/// </summary>
/// <remarks>
/// However a process ends, the system closes its end of the pipe, and this end reads that. A signal at the parent's death would
/// be no replacement: Linux sends it when the <i>thread</i> ends that started the child. First the command is asked to stop in
/// order; work that doesn't listen, in native code say, is ended after a while. Files are put in place whole, so that this costs
/// nothing.
/// </remarks>
internal sealed class ParentWatch : IDisposable
{
    /// <summary>The variable of the environment that asks for the watch.</summary>
    public const string Variable = "TESSAR_PARENT";

    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Action _stop;
    private bool _isOver;

    private ParentWatch(Action stop, Stream input)
    {
        _stop = stop;
        new Thread(() => Watch(input)) { IsBackground = true, Name = "watches the parent" }.Start();
    }

    /// <summary>Begins to watch, if the environment asks for it. The processes that this one starts aren't asked.</summary>
    /// <param name="stop">Asks the command to stop in order; called at most once, on another thread.</param>
    /// <returns>The watch, to be disposed of when the command is done; null when none is wanted.</returns>
    public static ParentWatch? Begin(Action stop)
    {
        if (Environment.GetEnvironmentVariable(Variable) != "stdin")
            return null;
        Environment.SetEnvironmentVariable(Variable, null);
        return new ParentWatch(stop, Console.OpenStandardInput());
    }

    /// <summary>The command is done.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isOver = true;
    }

    private void Watch(Stream input)
    {
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        lock (_gate)
        {
            if (_isOver)
                return;
            _stop();
        }

        Thread.Sleep(_grace);
        lock (_gate)
        {
            if (_isOver)
                return;
        }

        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }
}
