using Tessar.Training.Loading.Caching;
using Tessar.Training.Loading.Orders;
using Tessar.Training.Loading.Pipeline;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>Which batches of an epoch need which pages: an example belongs to the page in which it begins.</summary>
internal static class PagePlan
{
    /// <summary>Goes through an epoch's order once, for this rank's batches.</summary>
    /// <param name="plan">The loader's plan.</param>
    /// <param name="sequence">The order, fresh; it is read to its end.</param>
    /// <param name="cut">The batches.</param>
    public static PageSchedule Of(LoaderPlan plan, EpochSequence sequence, BatchCut cut)
    {
        int pages = checked((int)plan.PageOf(plan.Set.Count - 1) + 1);
        int[] first = new int[pages], last = new int[pages];
        Array.Fill(first, -1);
        int[] whole = new int[cut.Ranks > 1 ? cut.GlobalSize : 0], indices = new int[plan.LargestBatch];
        for (int batch = 0; batch < cut.Batches; batch++)
        {
            (int count, _) = cut.Read(sequence, batch, whole, indices);
            foreach (int index in indices.AsSpan(0, count))
            {
                int page = (int)plan.PageOf(index);
                if (first[page] < 0)
                    first[page] = batch;
                last[page] = batch;
            }
        }

        return PageSchedule.Of(first, last);
    }
}
