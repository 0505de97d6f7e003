namespace Tessar.Lenses.Data.Features;

/// <summary>How features are cut into blocks: the same for every caller, so that sums have the same bits.</summary>
internal static class FeatureBlocks
{
    /// <summary>Rows per block.</summary>
    public const int Rows = 8192;

    /// <summary>First row and number of rows of each block.</summary>
    public static IEnumerable<(int First, int Count)> Of(int count)
    {
        for (int first = 0; first < count; first += Rows)
            yield return (first, Math.Min(Rows, count - first));
    }
}
