
namespace Tessar.Statistics;

/// <summary>q-values of Benjamini and Hochberg: among results with q ≤ x a share of at most x is expected to be false.</summary>
/// <remarks>q_(i) = min over j ≥ i of p_(j)·m/j, p ascending, m tests. NaN stays NaN and isn't counted as a test.</remarks>
internal static class FalseDiscovery
{
    /// <summary>One q for each p.</summary>
    public static double[] QValues(IReadOnlyList<double> pValues)
    {
        int[] order = [.. Enumerable.Range(0, pValues.Count).Where(i => !double.IsNaN(pValues[i])).OrderBy(i => pValues[i])];
        var q = new double[pValues.Count];
        Array.Fill(q, double.NaN);
        double smallest = 1;
        for (int j = order.Length; j >= 1; j--)
        {
            smallest = Math.Min(smallest, pValues[order[j - 1]] * order.Length / j);
            q[order[j - 1]] = smallest;
        }

        return q;
    }
}
