using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Search;
using Tessar.Methods;
using TorchSharp;

namespace Tessar.Bench.DataLens;

/// <summary>The same search by its definition: plain loops in one thread, all scores of a query sorted.</summary>
internal static class PlainSearch
{
    /// <summary>Whether bits and order of the first queries' lists are those of the definition, over all rows.</summary>
    public static bool Agrees(GradientStore store, double[] queries, double[] factors, TopScores found, int count)
    {
        float[][] scores = [.. Enumerable.Range(0, count).Select(_ => new float[store.Count])];
        float[][] singles = [.. Enumerable.Range(0, count)
            .Select(j => queries.AsSpan(j * store.Width, store.Width).ToArray().Select(x => (float)x).ToArray())];
        for (int first = 0; first < store.Count; first += FeatureBlocks.Rows)
        {
            int rows = Math.Min(FeatureBlocks.Rows, store.Count - first);
            using torch.Tensor block = store.Read(first, rows);
            ReadOnlySpan<float> numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(block.bytes);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < count; j++)
                    scores[j][first
                        + i] = (float)(Product(numbers.Slice(i * store.Width, store.Width), singles[j]) * factors[first + i]);
            }
        }

        return Enumerable.Range(0, count).All(j =>
            found.Proponents(j).SequenceEqual(Ranked(scores[j], descending: true, found.Top))
            && found.Opponents(j).SequenceEqual(Ranked(scores[j], descending: false, found.Top)));
    }

    private static double Product(ReadOnlySpan<float> row, float[] query)
    {
        double sum = 0;
        for (int start = 0; start < row.Length; start += 256)
        {
            float chunk = 0;
            for (int l = start; l < Math.Min(row.Length, start + 256); l++)
                chunk = MathF.FusedMultiplyAdd(row[l], query[l], chunk);
            sum += chunk;
        }

        return sum;
    }

    private static IEnumerable<ScoredExample> Ranked(float[] scores, bool descending, int top)
    {
        IEnumerable<ScoredExample> all = scores.Select((score, i) => new ScoredExample(i, score + 0f));
        return (descending ? all.OrderByDescending(x => x.Score) : all.OrderBy(x => x.Score)).ThenBy(x => x.Train).Take(top);
    }
}
