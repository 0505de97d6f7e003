using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>Threads of its own for what blocks, with a bounded queue before them.</summary>
/// <remarks>
/// The threads of the pool carry the connections. A handler that reads files on one of them keeps it, the pool grows by one or
/// two a second only, and two hundred requests at once would bring everything to a stop, accepting connections included.
/// Requests for one address that wait at the same time share the answer; one that has begun is not shared, because it may have
/// read before the newest of them was sent.
/// </remarks>
internal sealed class BlockingWork : IDisposable
{
    private readonly BlockingCollection<Entry> _queue;
    private readonly Dictionary<string, Entry> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public BlockingWork()
        : this(Math.Clamp(2 * Environment.ProcessorCount, 4, 16), mostWaiting: 1024)
    {
    }

    /// <param name="threads">Pieces of work done at once.</param>
    /// <param name="mostWaiting">Pieces that may wait; another is refused.</param>
    public BlockingWork(int threads, int mostWaiting)
    {
        _queue = new BlockingCollection<Entry>(mostWaiting);
        for (int i = 0; i < threads; i++)
            new Thread(Serve) { IsBackground = true, Name = "reads files" }.Start();
    }

    /// <summary>Does a piece of work on one of the threads.</summary>
    /// <param name="address">
    /// Those that wait under one address share the result of one of them; null for a piece that isn't shared.
    /// </param>
    /// <param name="work">The work; what it throws comes out here.</param>
    /// <param name="gaveUp">Cancelled when nobody wants the result any more; work that everybody gave up isn't begun.</param>
    /// <exception cref="ProblemException">Too much is waiting.</exception>
    public async Task<T> RunAsync<T>(string? address, Func<T> work, CancellationToken gaveUp)
        where T : class
    {
        Entry entry = Enter(address, work);
        try
        {
            return (T)await entry.Result.Task.WaitAsync(gaveUp).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (gaveUp.IsCancellationRequested)
        {
            lock (_gate)
                entry.Wanted--;
            throw;
        }
    }

    /// <summary>Takes no more work; the threads end when they have done what they are at.</summary>
    public void Dispose() => _queue.CompleteAdding();

    private Entry Enter(string? address, Func<object> work)
    {
        lock (_gate)
        {
            if (address is not null && _waiting.TryGetValue(address, out Entry? known))
            {
                known.Wanted++;
                return known;
            }

            var entry = new Entry(address, work);
            if (_queue.IsAddingCompleted || !_queue.TryAdd(entry))
            {
                throw new ProblemException(new Problem(
                    StatusCodes.Status503ServiceUnavailable, "server-busy", "The workbench has too much to do.",
                    $"{_queue.BoundedCapacity} questions are waiting for an answer already.", "Try again in a moment."));
            }

            if (address is not null)
                _waiting.Add(address, entry);
            return entry;
        }
    }

    private void Serve()
    {
        foreach (Entry entry in _queue.GetConsumingEnumerable())
        {
            bool isWanted;
            lock (_gate)
            {
                if (entry.Address is not null)
                    _waiting.Remove(entry.Address);
                isWanted = entry.Wanted > 0;
            }

            if (isWanted)
                Do(entry);
        }
    }

    private static void Do(Entry entry)
    {
        try
        {
            entry.Result.SetResult(entry.Work());
        }
#pragma warning disable CA1031 // handed on, whatever it is, to whoever waits
        catch (Exception error)
#pragma warning restore CA1031
        {
            entry.Result.SetException(error);
        }
    }

    private sealed class Entry(string? address, Func<object> work)
    {
        public string? Address { get; } = address;

        public Func<object> Work { get; } = work;

        public TaskCompletionSource<object> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Those who wait for it; changed under the gate.</summary>
        public int Wanted { get; set; } = 1;
    }
}
