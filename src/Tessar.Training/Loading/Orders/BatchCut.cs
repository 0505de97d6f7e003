using Tessar.Inputs;

namespace Tessar.Training.Loading.Orders;

/// <summary>How the order of an epoch is cut into batches for the ranks of a job.</summary>
/// <remarks>
/// Global batch k holds the places [start + kG, start + (k+1)G) with G = ranks × batch size; rank r gets the r-th run of batch
/// size. The order itself knows nothing of ranks, so a job goes on from a place with any number of them. The uneven tail is
/// dropped, or short for a single rank, or filled by repeating the global batch from its start, so that all ranks have batches
/// of one size; the examples repeated don't count as valid.
/// </remarks>
/// <param name="Count">Places of the epoch.</param>
/// <param name="Start">The first place to visit, in [0, Count].</param>
/// <param name="BatchSize">Examples of a rank's batch.</param>
/// <param name="Rank">In [0, Ranks).</param>
/// <param name="Ranks">From 1.</param>
/// <param name="DropsLast">Whether the tail is left out.</param>
/// <param name="MergesLast">Whether the tail of a single rank joins the batch before it, if there is one.</param>
internal readonly record struct BatchCut(
    long Count, long Start, int BatchSize, int Rank, int Ranks, bool DropsLast, bool MergesLast = false)
{
    /// <summary>Examples of a global batch.</summary>
    public int GlobalSize => checked(BatchSize * Ranks);

    /// <summary>Batches of each rank.</summary>
    public long Batches => MergesLast && Count - Start >= GlobalSize
        ? (Count - Start) / GlobalSize
        : (Count - Start + (DropsLast ? 0 : GlobalSize - 1)) / GlobalSize;

    /// <summary>The first place of a global batch.</summary>
    public long First(long batch) => Start + (batch * GlobalSize);

    /// <summary>The place after a global batch, from which to go on.</summary>
    public long End(long batch) => MergesLast && batch == Batches - 1 ? Count : Math.Min(Count, First(batch) + GlobalSize);

    /// <summary>Reads this rank's part of a batch.</summary>
    /// <param name="sequence">The order.</param>
    /// <param name="batch">Batches before it.</param>
    /// <param name="whole">Room for a global batch.</param>
    /// <param name="indices">Receives the rank's examples; room for a batch.</param>
    /// <returns>How many there are, and how many of them count: the first ones.</returns>
    public (int Count, int Valid) Read(EpochSequence sequence, long batch, Span<int> whole, Span<int> indices)
    {
        int size = (int)(End(batch) - First(batch));
        if (Ranks == 1)
        {
            sequence.Read(First(batch), indices[..size]);
            return (size, size);
        }

        sequence.Read(First(batch), whole[..size]);
        int before = Rank * BatchSize;
        for (int i = 0; i < BatchSize; i++)
            indices[i] = whole[(before + i) % size];
        return (BatchSize, Math.Clamp(size - before, 0, BatchSize));
    }
}
