using Tessar.Examples;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>
/// How much two recipes vary along a direction: the variance over queries of ⟨θ_q/‖θ_q‖, v⟩, θ the mean over a recipe's models.
/// </summary>
/// <remarks>
/// With weights w over the models both ⟨θ_q, v⟩ = Σ w_e ⟨θ_e,q, v⟩ and ‖θ_q‖² = wᵀG_q w follow from small tables, so that
/// resampling models costs m·E² each time.
/// </remarks>
/// <param name="products">Inner products of the rows of each query between all models, those of the first recipe first.</param>
/// <param name="projections">[queries][models, directions], those of the recipe whose directions these are first.</param>
/// <param name="countFirst">Models of the first recipe in <paramref name="products"/>.</param>
/// <param name="isSwapped">Whether the directions are those of the second recipe.</param>
internal sealed class DirectionVariance(double[][,] products, double[][,] projections, int countFirst, bool isSwapped)
{
    private readonly int _count = products[0].GetLength(0);

    /// <summary>Variance of the recipe itself, and of the other one.</summary>
    public (double Own, double Other) Of(int direction)
    {
        int[] first = [.. Enumerable.Range(0, countFirst)], second = [.. Enumerable.Range(countFirst, _count - countFirst)];
        return isSwapped
            ? (Variance(second, direction), Variance(first, direction))
            : (Variance(first, direction), Variance(second, direction));
    }

    /// <summary>The same with models drawn again, with replacement; empty when a recipe has one model only.</summary>
    public (double[] Own, double[] Other) Resample(int direction, int resamples, ulong seed)
    {
        if (countFirst < 2 || _count - countFirst < 2)
            return ([], []);
        double[] own = new double[resamples], other = new double[resamples];
        for (int r = 0; r < resamples; r++)
        {
            var stream = new RandomStream(seed, "recipe resample", r);
            double first = Variance([.. Enumerable.Range(0, countFirst).Select(_ => stream.NextInt32(countFirst))], direction);
            double second = Variance(
                [.. Enumerable.Range(0, _count - countFirst).Select(_ => countFirst + stream.NextInt32(_count - countFirst))],
                direction);
            (own[r], other[r]) = isSwapped ? (second, first) : (first, second);
        }

        return (own, other);
    }

    private double Variance(int[] models, int direction)
    {
        double sum = 0, squares = 0;
        for (int q = 0; q < products.Length; q++)
        {
            double along = 0, norm = 0;
            foreach (int e in models)
            {
                along += projections[q][Row(e), direction];
                foreach (int f in models)
                    norm += products[q][e, f];
            }

            double value = norm > 0 ? along / Math.Sqrt(norm) : 0;
            sum += value;
            squares += value * value;
        }

        double mean = sum / products.Length;
        return Math.Max(0, squares / products.Length - mean * mean);
    }

    // Projections list the models of the directions' own recipe first.
    private int Row(int model)
    {
        if (!isSwapped)
            return model;
        return model < countFirst ? model + (_count - countFirst) : model - countFirst;
    }
}
