namespace Tessar.Training.Loading.Orders;

/// <summary>Cuts a set into pages.</summary>
internal static class PageRanges
{
    /// <summary>The pages with examples, in the file's order.</summary>
    /// <remarks>Pages never fall along a set, so a page's end is found by bisection: O(pages × log examples).</remarks>
    public static IReadOnlyList<PageRange> Of(OrderedData data)
    {
        var ranges = new List<PageRange>();
        for (int first = 0; first < data.Count;)
        {
            long page = data.PageOf(first);
            int low = first + 1, high = data.Count;
            while (low < high)
            {
                int middle = low + ((high - low) / 2);
                (low, high) = data.PageOf(middle) == page ? (middle + 1, high) : (low, middle);
            }

            ranges.Add(new PageRange(page, first, low - first));
            first = low;
        }

        return ranges;
    }
}
