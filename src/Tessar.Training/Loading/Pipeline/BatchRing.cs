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

    private readonly LoaderPlan plan;
    private readonly object gate = new();
    private readonly BatchSlot[] slots;
    private readonly Stack<BatchSlot> free;
    private readonly Queue<BatchSlot> begun;
    private readonly Thread[] workers;
    private readonly SampleReader reader;
    private readonly int[] whole;
    private EpochSequence? sequence;
    private PageCache? cache;
    private BatchCut cut;
    private ulong key;
    private BatchSlot? open;
    private long begunBatches;
    private int busy;
    private bool isStopping;
    private long waitedTicks;

    public BatchRing(LoaderPlan plan)
    {
        this.plan = plan;
        slots = [.. Enumerable.Range(0, plan.Slots).Select(_ => new BatchSlot(plan))];
        free = new Stack<BatchSlot>(slots);
        begun = new Queue<BatchSlot>(slots.Length);
        whole = plan.Ranks > 1 ? new int[checked(plan.BatchSize * plan.Ranks)] : [];
        reader = new SampleReader(plan);
        workers = [.. Enumerable.Range(0, plan.Workers).Select(NewWorker)];
        foreach (Thread worker in workers)
            worker.Start();
    }

    /// <summary>Time for which the consumer had to wait, or, without workers, made batches itself.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, waitedTicks);

    /// <summary>Begins an epoch; one that was going on is left.</summary>
    /// <param name="order">The order, from its beginning.</param>
    /// <param name="batches">How it is cut.</param>
    /// <param name="epoch">Its number.</param>
    /// <param name="pages">Which pages to hold; null to leave that to the operating system.</param>
    public void Begin(EpochSequence order, BatchCut batches, int epoch, PageSchedule? pages = null)
    {
        lock (gate)
        {
            Abandon();
            (sequence, cut, key, begunBatches) = (order, batches, Draws.Key(plan.Seed, epoch), 0);
            cache = pages is null ? null : new PageCache(plan.Set.Store, pages, batches.Batches);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Leaves the epoch; batches that were handed out stay their holders' until given back.</summary>
    public void End()
    {
        lock (gate)
            Abandon();
    }

    /// <summary>The next batch, once it is filled.</summary>
    /// <param name="delivered">Batches of the epoch that were delivered before.</param>
    /// <returns>Null at the end of the epoch.</returns>
    /// <exception cref="TessarException">An example of this batch can't be read.</exception>
    /// <exception cref="InvalidOperationException">All batches are held and none is given back.</exception>
    public BatchSlot? Next(long delivered)
    {
        if (delivered == cut.Batches)
            return null;
        long start = Stopwatch.GetTimestamp();
        BatchSlot slot = workers.Length == 0 ? FillHere() : WaitForFirst();
        waitedTicks += Stopwatch.GetTimestamp() - start;
        if (slot.Failure is not { } failure)
            return slot;
        TessarException error = LoadingError.Of(plan.Set, slot.AllIndices[failure.At], failure.Error);
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
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(slot.Generation != generation, typeof(LoadedBatch));
            Recycle(slot);
            Monitor.PulseAll(gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isStopping = true;
            cache?.Stop();
            Monitor.PulseAll(gate);
        }

        foreach (Thread worker in workers)
            worker.Join();
        cache?.Dispose();
        foreach (BatchSlot slot in slots)
        {
            slot.Generation++;
            slot.Dispose();
        }
    }

    private Thread NewWorker(int number) => new(Work) { IsBackground = true, Name = $"loader {number}" };

    private void Work()
    {
        var own = new SampleReader(plan);
        while (true)
        {
            BatchSlot? slot;
            int chunk;
            lock (gate)
            {
                while (!TryTake(out slot, out chunk))
                {
                    if (isStopping)
                        return;
                    Monitor.Wait(gate);
                }
            }

            Fill(own, slot!, chunk);
        }
    }

    private BatchSlot FillHere()
    {
        while (begun.Count == 0 || !begun.Peek().IsFilled)
        {
            if (!TryTake(out BatchSlot? slot, out int chunk))
                throw Held();
            Fill(reader, slot!, chunk);
        }

        return begun.Dequeue();
    }

    private BatchSlot WaitForFirst()
    {
        lock (gate)
        {
            while (begun.Count == 0 || !begun.Peek().IsFilled)
            {
                if (begun.Count == 0 && free.Count == 0)
                    throw Held();
                Monitor.Wait(gate);
            }

            return begun.Dequeue();
        }
    }

    // Under the lock, or without workers.
    private bool TryTake(out BatchSlot? slot, out int chunk)
    {
        (slot, chunk) = (null, 0);
        if (isStopping || sequence is null)
            return false;
        if (open is null)
        {
            if (begunBatches == cut.Batches || free.Count == 0)
                return false;
            open = free.Pop();
            begun.Enqueue(open);
            Prepare(open, begunBatches++);
        }

        (slot, chunk) = (open, open.Taken++);
        if (open.Taken == Chunks(open))
            open = null;
        busy++;
        return true;
    }

    private void Prepare(BatchSlot slot, long batch)
    {
        (slot.Batch, slot.Taken, slot.Done, slot.IsFilled, slot.Failure) = (batch, 0, 0, false, null);
        (slot.Count, slot.Valid) = cut.Read(sequence!, batch, whole, slot.AllIndices);
        slot.NextPosition = cut.End(batch);
    }

    private void Fill(SampleReader own, BatchSlot slot, int chunk)
    {
        int at = chunk * Chunk, end = Math.Min(at + Chunk, slot.Count);
        (int, Exception)? failure = null;
        try
        {
            own.Cache = cache;
            own.Read(slot, ref at, end, key);
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the one who asks for the batch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = (at, e);
        }

        bool isLast;
        lock (gate)
        {
            if (failure is var (where, _) && (slot.Failure is not { } known || where < known.At))
                slot.Failure = failure;
            isLast = ++slot.Done == Chunks(slot);
        }

        if (isLast && plan.Mixup > 0)
            slot.Mix(Mixup.Weight(plan.Mixup, key, cut.First(slot.Batch)));
        if (isLast)
            cache?.Over(slot.Batch);
        lock (gate)
        {
            slot.IsFilled |= isLast;
            busy--;
            if (workers.Length > 0 && (isLast || busy == 0))
                Monitor.PulseAll(gate);
        }
    }

    // Under the lock. Chunks that are being filled are waited for, no others are begun.
    private void Abandon()
    {
        sequence = null;
        open = null;
        cache?.Stop();
        while (busy > 0)
            Monitor.Wait(gate);
        cache?.Dispose();
        cache = null;
        foreach (BatchSlot slot in begun)
            Recycle(slot);
        begun.Clear();
        (cut, begunBatches) = (default, 0);
    }

    private void Recycle(BatchSlot slot)
    {
        slot.Generation++;
        free.Push(slot);
    }

    private static int Chunks(BatchSlot slot) => (slot.Count + Chunk - 1) / Chunk;

    private InvalidOperationException Held() => new(
        $"All {slots.Length} batches of the loader are held. Dispose of a batch before asking for the next, or raise Ahead.");
}
