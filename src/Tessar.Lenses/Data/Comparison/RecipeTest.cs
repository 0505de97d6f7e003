using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>Tells a difference of recipes from the difference that two seeds of one recipe make, by exchanging models.</summary>
/// <remarks>
/// Statistic: T = mean over queries of sin²(θ_A, θ_B), the share of the squared norm of θ_A that isn't along θ_B, θ the mean over
/// a recipe's models. Under "one recipe" the 2E models are exchangeable, so T of the real assignment is one draw among those of
/// all assignments; p = share of assignments with a T at least as large. Everything follows from the models' inner products, so
/// an assignment costs m·E².
/// </remarks>
internal static class RecipeTest
{
    private const int MostAssignments = 5_000;
    private const double Slack = 1e-12;

    /// <summary>Inner products of the rows of each query between all models, those of A first: [m][2E, 2E].</summary>
    public static double[][,] RowProducts(RecipeScores a, RecipeScores b, CancellationToken cancellation)
    {
        var products = new double[a.Queries][,];
        for (int q = 0; q < products.Length; q++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = cat([a.RowsOf(q), b.RowsOf(q)]);
            products[q] = (double[,])rows.mm(rows.t()).data<double>().ToNDArray();
        }

        return products;
    }

    /// <summary>T and p.</summary>
    /// <param name="products">From <see cref="RowProducts"/>.</param>
    /// <param name="countA">Models of A, at least 2; those of B follow, at least 2.</param>
    /// <param name="seed">Decides the assignments when there are too many to try all.</param>
    /// <param name="cancellation">Looked at between assignments.</param>
    public static (double Statistic, double PValue, int Assignments) Run(
        double[][,] products, int countA, ulong seed, CancellationToken cancellation)
    {
        int count = products[0].GetLength(0);
        bool[] real = [.. Enumerable.Range(0, count).Select(e => e < countA)];
        double observed = Statistic(products, real);
        int asLarge = 0, tried = 0;
        foreach (bool[] assignment in Assignments(count, countA, seed))
        {
            cancellation.ThrowIfCancellationRequested();
            tried++;
            if (Statistic(products, assignment) >= observed - Slack)
                asLarge++;
        }

        return (observed, (double)asLarge / tried, tried);
    }

    /// <summary>
    /// Mean over queries of sin² between the sum of the models assigned to A and that of the others; queries with a zero row
    /// count 0.
    /// </summary>
    public static double Statistic(double[][,] products, bool[] isA)
    {
        double sum = 0;
        foreach (double[,] gram in products)
        {
            double aa = 0, bb = 0, ab = 0;
            for (int e = 0; e < isA.Length; e++)
            {
                for (int f = 0; f < isA.Length; f++)
                {
                    if (isA[e] && isA[f])
                        aa += gram[e, f];
                    else if (isA[e])
                        ab += gram[e, f];
                    else if (!isA[f])
                        bb += gram[e, f];
                }
            }

            sum += aa > 0 && bb > 0 ? Math.Max(0, 1 - ab * ab / (aa * bb)) : 0;
        }

        return sum / products.Length;
    }

    // All choices of countA models when they are few, else random ones; the real one is always among them.
    private static IEnumerable<bool[]> Assignments(int count, int countA, ulong seed)
    {
        double all = 1;
        for (int i = 1; i <= countA; i++)
            all *= (double)(count - countA + i) / i;
        if (all <= MostAssignments + 0.5)
        {
            for (long bits = 0; bits < 1L << count; bits++)
            {
                if (System.Numerics.BitOperations.PopCount((ulong)bits) == countA)
                    yield return [.. Enumerable.Range(0, count).Select(e => (bits >> e & 1) != 0)];
            }

            yield break;
        }

        yield return [.. Enumerable.Range(0, count).Select(e => e < countA)];
        for (int draw = 1; draw < MostAssignments; draw++)
        {
            int[] order = [.. Enumerable.Range(0, count)];
            new RandomStream(seed, "recipe test", draw).Shuffle<int>(order);
            bool[] assignment = new bool[count];
            foreach (int e in order.Take(countA))
                assignment[e] = true;
            yield return assignment;
        }
    }
}
