namespace Tessar.Cli.Terminal;

/// <summary>
/// Tells whoever looks at a progress that stands still, after a minute and once each time, what is being waited for.
/// </summary>
internal sealed class Patience : IDisposable
{
    /// <summary>How long nothing may be heard.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly ITimer _timer;
    private long _heard;
    private int _hasSaid;

    /// <summary>Begins to wait.</summary>
    /// <param name="clock">The time.</param>
    /// <param name="say">Takes the sentence, on a thread of its own.</param>
    public Patience(TimeProvider clock, Action<string> say)
    {
        (_clock, _say, _heard) = (clock, say, clock.GetTimestamp());
        _timer = clock.CreateTimer(_ => Look(), state: null, _interval, _interval);
    }

    /// <summary>Something went on.</summary>
    public void Heard()
    {
        Volatile.Write(ref _heard, _clock.GetTimestamp());
        Volatile.Write(ref _hasSaid, 0);
    }

    /// <summary>Speaks if it is time.</summary>
    public void Look()
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _heard)) < Limit || Interlocked.Exchange(ref _hasSaid, 1) != 0)
            return;
        string what = Waiting.Current is { } current ? current.What : "the next step";
        _say($"Nothing new for {Limit.TotalSeconds:0} s: waiting for {what}. Ctrl-C twice ends it at once.");
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
