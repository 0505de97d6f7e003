using System.Diagnostics;
using System.Globalization;

namespace Tessar;

/// <summary>What this process is waiting for at the moment, for people who see no progress.</summary>
/// <remarks>
/// One note for the whole process: the calls that may take for ever are made one at a time. Made before such a call and taken
/// back after it; the words are only put together when somebody asks.
/// </remarks>
internal static class Waiting
{
    private static Note? _current;

    /// <summary>
    /// The innermost thing waited for, in words that follow "waiting for", and for how long; null when nothing was noted.
    /// </summary>
    public static (string What, TimeSpan For)? Current =>
        Volatile.Read(ref _current) is { } note ? (note.ToString(), Stopwatch.GetElapsedTime(note.Since)) : null;

    /// <summary>Notes what is waited for from now until the result is disposed of.</summary>
    /// <param name="what">Words with {0} for the name and {1} for the number.</param>
    /// <param name="name">A name, such as the model's.</param>
    /// <param name="number">A number, such as that of examples.</param>
    public static Note For(string what, string name = "", long number = 0)
    {
        var note = new Note(what, name, number, Volatile.Read(ref _current));
        Volatile.Write(ref _current, note);
        return note;
    }

    /// <summary>One thing that is waited for.</summary>
    internal sealed class Note(string what, string name, long number, Note? before) : IDisposable
    {
        private volatile bool _isOver;

        public long Since { get; } = Stopwatch.GetTimestamp();

        public override string ToString() => string.Format(CultureInfo.InvariantCulture, what, name, number);

        // Notes of several threads may end in any order: the one shown is the last that isn't over.
        public void Dispose()
        {
            _isOver = true;
            Note? next = before;
            while (next is { _isOver: true })
                next = next.Before;
            Interlocked.CompareExchange(ref _current, next, this);
        }

        private Note? Before => before;
    }
}
