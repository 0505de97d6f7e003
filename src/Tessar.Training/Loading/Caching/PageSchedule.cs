using Tessar.Inputs;

namespace Tessar.Training.Loading.Caching;

/// <summary>Which page is read when, and into which slot of memory, so that no page is read twice in an epoch.</summary>
/// <remarks>
/// A page that is needed by batches f to l lives from batch max(0, f − 3), from which on it may be read ahead, to l. Slots are
/// given away in the order in which pages begin to live, those that are free first; so there are exactly as many slots as pages
/// that live at once at the worst moment. A slot is written again only after the last batch of the page before is over.
/// </remarks>
internal sealed class PageSchedule
{
    /// <summary>Batches by which a page may be read ahead.</summary>
    public const int Ahead = 3;

    private readonly int[] _slotOf;

    private PageSchedule(PageRead[] reads, int slots, int pages)
    {
        (Reads, Slots) = (reads, slots);
        _slotOf = new int[pages];
        Array.Fill(_slotOf, -1);
        foreach (PageRead read in reads)
            _slotOf[read.Page] = read.Slot;
    }

    /// <summary>All reads, in the order in which they are to be made.</summary>
    public IReadOnlyList<PageRead> Reads { get; }

    /// <summary>Pages in memory at once.</summary>
    public int Slots { get; }

    /// <summary>The slot of a page; -1 when no batch needs it.</summary>
    public int SlotOf(int page) => _slotOf[page];

    /// <summary>Plans an epoch.</summary>
    /// <param name="first">For each page the first batch that needs it; -1 for none.</param>
    /// <param name="last">For each page the last batch that needs it.</param>
    public static PageSchedule Of(ReadOnlySpan<int> first, ReadOnlySpan<int> last)
    {
        var lives = new List<(int Start, int Page)>();
        for (int page = 0; page < first.Length; page++)
        {
            if (first[page] >= 0)
                lives.Add((Math.Max(0, first[page] - Ahead), page));
        }

        lives.Sort();
        var reads = new PageRead[lives.Count];
        var ending = new PriorityQueue<(int Slot, int Last), int>();
        var free = new Queue<(int Slot, int Last)>();
        int slots = 0;
        for (int i = 0; i < reads.Length; i++)
        {
            (int start, int page) = lives[i];
            while (ending.TryPeek(out _, out int end) && end < start)
                free.Enqueue(ending.Dequeue());
            (int slot, int before) = free.Count > 0 ? free.Dequeue() : (slots++, -1);
            reads[i] = new PageRead(page, slot, before);
            ending.Enqueue((slot, last[page]), last[page]);
        }

        return new PageSchedule(reads, slots, first.Length);
    }
}

/// <summary>One page to read.</summary>
/// <param name="Page">Number of the page.</param>
/// <param name="Slot">Where to.</param>
/// <param name="After">The batch that must be over first, for it needs what is in the slot; -1 for none.</param>
internal readonly record struct PageRead(int Page, int Slot, int After);
