using Tessar.Lenses.Data.Search;
using Tessar.Methods;

namespace Tessar.Tests.Data.Search;

/// <summary>Scores and rankings by their definition: three plain loops, all scores held, all of them sorted.</summary>
internal static class BruteForce
{
    /// <summary>
    /// score[i, j] = fp32(Q_i · (Σ_c Σ_chunks ⟨row, query⟩) / C); within 256 numbers fp32 with one rounding a step, between them
    /// fp64.
    /// </summary>
    public static float[,] Scores(IReadOnlyList<(RandomRows Rows, double[] Queries)> parts, int queries, double[]? factors = null)
    {
        int count = parts[0].Rows.Count;
        float[,] scores = new float[count, queries];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < queries; j++)
            {
                double sum = 0;
                foreach ((RandomRows rows, double[] queriesOfPart) in parts)
                {
                    int width = rows.Width;
                    for (int start = 0; start < width; start += 256)
                    {
                        float chunk = 0;
                        for (int l = start; l < Math.Min(width, start + 256); l++)
                            chunk = MathF.FusedMultiplyAdd(
                                rows.Values[(i * width) + l], (float)queriesOfPart[(j * width) + l], chunk);
                        sum += chunk * Math.Pow(2, -rows.ScaleExponent);
                    }
                }

                scores[i, j] = (float)(sum / parts.Count * (factors?[i] ?? 1));
            }
        }

        return scores;
    }

    public static ScoredExample[] Proponents(float[,] scores, int query, int top, Func<int, bool>? keeps = null) =>
        [.. All(scores, query, keeps).OrderByDescending(x => x.Score).ThenBy(x => x.Train).Take(top)];

    public static ScoredExample[] Opponents(float[,] scores, int query, int top, Func<int, bool>? keeps = null) =>
        [.. All(scores, query, keeps).OrderBy(x => x.Score).ThenBy(x => x.Train).Take(top)];

    public static void AssertSame(float[,] scores, TopScores found, int top, Func<int, bool>? keeps = null)
    {
        for (int j = 0; j < scores.GetLength(1); j++)
        {
            // Influence is a record: equality of rows and of bits, for no score here is NaN or −0.
            Assert.Equal(Proponents(scores, j, top, keeps), found.Proponents(j));
            Assert.Equal(Opponents(scores, j, top, keeps), found.Opponents(j));
        }
    }

    private static IEnumerable<ScoredExample> All(float[,] scores, int query, Func<int, bool>? keeps) =>
        Enumerable.Range(0, scores.GetLength(0)).Where(i => keeps?.Invoke(i) ?? true)
            .Select(i => new ScoredExample(i, scores[i, query] + 0f));
}
