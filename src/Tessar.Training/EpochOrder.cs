using Tessar.Examples;

namespace Tessar.Training;

/// <summary>The order in which an epoch visits the examples: a permutation that depends on seed and epoch only.</summary>
internal static class EpochOrder
{
    /// <summary>Fills <paramref name="order"/> with a permutation of 0 to its length − 1.</summary>
    public static void Fill(Span<int> order, ulong seed, int epoch)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        new RandomStream(seed, "order", epoch).Shuffle(order);
    }
}
