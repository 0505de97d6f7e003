using System.Diagnostics;
using Tessar.Inputs;
using Tessar.Training.Loading.Augmentations;
using Tessar.Training.Loading.Caching;
using Tessar.Training.Loading.Orders;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>A few batches that are filled by workers, delivered in order and filled again once they are given back.</summary>
/// <remarks>
/// The unit of work is a chunk of 32 examples of one batch. Which worker fills which chunk depends on chance, what is in it
/// doesn't. One lock guards everything but the filling; nothing is allocated per batch.
/// </remarks>
internal sealed class BatchRing : IDisposable
{
    private const int Chunk = 32;

    private readonly LoaderPlan _plan;
    private readonly object _gate = new();
    private readonly BatchSlot[] _slots;
    private readonly Stack<BatchSlot> _free;
    private readonly Queue<BatchSlot> _begun;
    private readonly Thread[] _workers;
    private readonly SampleReader _reader;
    private readonly int[] _whole;
    private EpochSequence? _sequence;
    private PageCache? _cache;
    private BatchCut _cut;
    private ulong _key;
    private BatchSlot? _open;
    private long _begunBatches;
    private int _busy;
    private bool _isStopping;
    private long _waitedTicks;

    public BatchRing(LoaderPlan plan)
    {
        _plan = plan;
        _slots = [.. Enumerable.Range(0, plan.Slots).Select(_ => new BatchSlot(plan))];
        _free = new Stack<BatchSlot>(_slots);
        _begun = new Queue<BatchSlot>(_slots.Length);
        _whole = plan.Ranks > 1 ? new int[checked(plan.BatchSize * plan.Ranks)] : [];
        _reader = new SampleReader(plan);
        _workers = [.. Enumerable.Range(0, plan.Workers).Select(NewWorker)];
        foreach (Thread worker in _workers)
            worker.Start();
    }

    /// <summary>Time for which the consumer had to wait, or, without workers, made batches itself.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, _waitedTicks);

    /// <summary>Begins an epoch; one that was going on is left.</summary>
    /// <param name="order">The order, from its beginning.</param>
    /// <param name="batches">How it is cut.</param>
    /// <param name="epoch">Its number.</param>
    /// <param name="pages">Which pages to hold; null to leave that to the operating system.</param>
    public void Begin(EpochSequence order, BatchCut batches, int epoch, PageSchedule? pages = null)
    {
        lock (_gate)
        {
            Abandon();
            (_sequence, _cut, _key, _begunBatches) = (order, batches, Draws.Key(_plan.Seed, epoch), 0);
            _cache = pages is null ? null : new PageCache(
                _plan.Set.Store, _plan.Source.ColumnOf(_plan.Set.Store), pages, batches.Batches);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Leaves the epoch; batches that were handed out stay their holders' until given back.</summary>
    public void End()
    {
        lock (_gate)
            Abandon();
    }

    /// <summary>The next batch, once it is filled.</summary>
    /// <param name="delivered">Batches of the epoch that were delivered before.</param>
    /// <returns>Null at the end of the epoch.</returns>
    /// <exception cref="TessarException">An example of this batch can't be read.</exception>
    /// <exception cref="InvalidOperationException">All batches are held and none is given back.</exception>
    public BatchSlot? Next(long delivered)
    {
        if (delivered == _cut.Batches)
            return null;
        long start = Stopwatch.GetTimestamp();
        BatchSlot slot = _workers.Length == 0 ? FillHere() : WaitForFirst();
        _waitedTicks += Stopwatch.GetTimestamp() - start;
        if (slot.Failure is not { } failure)
            return slot;
        TessarException error = LoadingError.Of(_plan.Set, slot.AllIndices[failure.At], failure.Error);
        Release(slot, slot.Generation);
        End();
        throw error;
    }

    /// <summary>Takes a batch back.</summary>
    /// <param name="slot">The batch.</param>
    /// <param name="generation">What it was when it was handed out.</param>
    /// <exception cref="ObjectDisposedException">It was given back before.</exception>
    public void Release(BatchSlot slot, int generation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(slot.Generation != generation, typeof(LoadedBatch));
            Recycle(slot);
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            _cache?.Stop();
            Monitor.PulseAll(_gate);
        }

        foreach (Thread worker in _workers)
            worker.Join();
        _cache?.Dispose();
        foreach (BatchSlot slot in _slots)
        {
            slot.Generation++;
            slot.Dispose();
        }
    }

    private Thread NewWorker(int number) => new(Work) { IsBackground = true, Name = $"loader {number}" };

    private void Work()
    {
        var own = new SampleReader(_plan);
        while (true)
        {
            BatchSlot? slot;
            int chunk;
            lock (_gate)
            {
                while (!TryTake(out slot, out chunk))
                {
                    if (_isStopping)
                        return;
                    Monitor.Wait(_gate);
                }
            }

            Fill(own, slot!, chunk);
        }
    }

    private BatchSlot FillHere()
    {
        while (_begun.Count == 0 || !_begun.Peek().IsFilled)
        {
            if (!TryTake(out BatchSlot? slot, out int chunk))
                throw Held();
            Fill(_reader, slot!, chunk);
        }

        return _begun.Dequeue();
    }

    private BatchSlot WaitForFirst()
    {
        lock (_gate)
        {
            while (_begun.Count == 0 || !_begun.Peek().IsFilled)
            {
                if (_begun.Count == 0 && _free.Count == 0)
                    throw Held();
                Monitor.Wait(_gate);
            }

            return _begun.Dequeue();
        }
    }

    // Under the lock, or without workers.
    private bool TryTake(out BatchSlot? slot, out int chunk)
    {
        (slot, chunk) = (null, 0);
        if (_isStopping || _sequence is null)
            return false;
        if (_open is null)
        {
            if (_begunBatches == _cut.Batches || _free.Count == 0)
                return false;
            _open = _free.Pop();
            _begun.Enqueue(_open);
            Prepare(_open, _begunBatches++);
        }

        (slot, chunk) = (_open, _open.Taken++);
        if (_open.Taken == Chunks(_open))
            _open = null;
        _busy++;
        return true;
    }

    private void Prepare(BatchSlot slot, long batch)
    {
        (slot.Batch, slot.Taken, slot.Done, slot.IsFilled, slot.Failure) = (batch, 0, 0, false, null);
        (slot.Count, slot.Valid) = _cut.Read(_sequence!, batch, _whole, slot.AllIndices);
        slot.NextPosition = _cut.End(batch);
    }

    private void Fill(SampleReader own, BatchSlot slot, int chunk)
    {
        int at = chunk * Chunk, end = Math.Min(at + Chunk, slot.Count);
        (int, Exception)? failure = null;
        try
        {
            own.Cache = _cache;
            own.Read(slot, ref at, end, _key);
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the one who asks for the batch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = (at, e);
        }

        bool isLast;
        lock (_gate)
        {
            if (failure is var (where, _) && (slot.Failure is not { } known || where < known.At))
                slot.Failure = failure;
            isLast = ++slot.Done == Chunks(slot);
        }

        if (isLast && _plan.Mixup > 0)
            slot.Mix(Mixup.Weight(_plan.Mixup, _key, _cut.First(slot.Batch)));
        if (isLast)
            _cache?.Over(slot.Batch);
        lock (_gate)
        {
            slot.IsFilled |= isLast;
            _busy--;
            if (_workers.Length > 0 && (isLast || _busy == 0))
                Monitor.PulseAll(_gate);
        }
    }

    // Under the lock. Chunks that are being filled are waited for, no others are begun.
    private void Abandon()
    {
        _sequence = null;
        _open = null;
        _cache?.Stop();
        while (_busy > 0)
            Monitor.Wait(_gate);
        _cache?.Dispose();
        _cache = null;
        foreach (BatchSlot slot in _begun)
            Recycle(slot);
        _begun.Clear();
        (_cut, _begunBatches) = (default, 0);
    }

    private void Recycle(BatchSlot slot)
    {
        slot.Generation++;
        _free.Push(slot);
    }

    private static int Chunks(BatchSlot slot) => (slot.Count + Chunk - 1) / Chunk;

    private InvalidOperationException Held() => new(
        $"All {_slots.Length} batches of the loader are held. Dispose of a batch before asking for the next, or raise Ahead.");
}
