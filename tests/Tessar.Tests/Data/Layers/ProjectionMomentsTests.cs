using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Layers;
using TorchSharp;
using static Tessar.Tests.Gradients.Projections.Moments;

namespace Tessar.Tests.Data.Layers;

/// <summary>Mean and variance of inner products after projection, by simulation over seeds, against their formulas.</summary>
public sealed class ProjectionMomentsTests
{
    private const int Seeds = 10_000;

    // Var⟨Px, Py⟩ = (‖x‖²‖y‖² + ⟨x,y⟩² − 2Σx²y²)/k.
    [Fact]
    public void Random_signs_are_unbiased_with_their_variance()
    {
        const int p = 12, k = 5;
        double[] x = Vector(p, 1), y = Vector(p, 2);
        Hold(Draws(seed => Dot(Times(Signs(seed, 0, p, k), x), Times(Signs(seed, 0, p, k), y))), Dot(x, y), SignWeight(x, y) / k);
    }

    // Var = (p²/k')(1 − k'/p) s², s² the sample variance of x_j y_j; without the factor √(p/k') the mean would be k'/p of it.
    [Fact]
    public void Random_mask_with_its_factor_is_unbiased_with_its_variance()
    {
        const int p = 20, kept = 6;
        double[] x = Vector(p, 1), y = Vector(p, 3);
        Hold(Draws(seed => Dot(Masked(seed, 0, x, kept), Masked(seed, 0, y, kept))), Dot(x, y), MaskVariance(x, y, kept));
    }

    // Rank-one gradients a⊗δ, b⊗γ: (V_a + ⟨a,b⟩²)(V_δ + ⟨δ,γ⟩²) − ⟨a,b⟩²⟨δ,γ⟩².
    [Fact]
    public void Two_short_sides_are_unbiased_with_their_variance()
    {
        double[] a = Vector(9, 1), b = Vector(9, 3), delta = Vector(7, 2), gamma = Vector(7, 4);
        double dotA = Dot(a, b), dotD = Dot(delta, gamma);
        double variance = (SignWeight(a, b) / 4 + dotA * dotA) * (SignWeight(delta, gamma) / 3
            + dotD * dotD) - dotA * dotA * dotD * dotD;
        Hold(
            Draws(seed =>
            {
                double[,] inputs = Signs(seed, 0, 9, 4), outputs = Signs(seed, 1, 7, 3);
                return Dot(Times(inputs, a), Times(inputs, b)) * Dot(Times(outputs, delta), Times(outputs, gamma));
            }),
            dotA * dotD, variance);
    }

    // Mask to k', then count-sketch to k: the mask's variance plus c·W/k, c = p(k' − 1)/(k'(p − 1)).
    [Fact]
    public void Mask_and_sketch_are_unbiased_with_the_sum_of_both_variances()
    {
        const int p = 24, kept = 10, k = 8;
        double[] x = Vector(p, 1), y = Vector(p, 2);
        double c = p * (kept - 1.0) / (kept * (p - 1.0));
        Hold(
            Draws(seed => Dot(Sketch(seed, Masked(seed, 0, x, kept), k), Sketch(seed, Masked(seed, 0, y, kept), k))),
            Dot(x, y), MaskVariance(x, y, kept) + c * SignWeight(x, y) / k);
    }

    // Both sides masked, multiplied, sketched. Sides are independent, so every expectation is a product of two.
    [Fact]
    public void Masked_sides_and_sketch_are_unbiased_with_their_variance()
    {
        const int keptA = 5, keptD = 4, k = 6;
        double[] a = Vector(9, 1), b = Vector(9, 3), delta = Vector(7, 2), gamma = Vector(7, 4);
        double dotA = Dot(a, b), dotD = Dot(delta, gamma);
        (double normsA, double squareA, double quarticA) = MaskedSums(a, b, keptA);
        (double normsD, double squareD, double quarticD) = MaskedSums(delta, gamma, keptD);
        double variance = squareA * squareD - dotA * dotA * dotD * dotD
            + (normsA * normsD + squareA * squareD - 2 * quarticA * quarticD) / k;
        Hold(
            Draws(seed => Dot(
                Sketch(seed, Outer(Masked(seed, 0, a, keptA), Masked(seed, 1, delta, keptD)), k),
                Sketch(seed, Outer(Masked(seed, 0, b, keptA), Masked(seed, 1, gamma, keptD)), k))),
            dotA * dotD, variance);
    }

    [Theory]
    [InlineData(100, 10, 16, 4, 4)]
    [InlineData(100, 10, 1000, 100, 10)]
    [InlineData(100, 3, 100, 33, 3)]
    [InlineData(2, 100, 50, 2, 25)]
    [InlineData(100, 100, 1, 1, 1)]
    public void Masks_keep_about_as_many_of_both_sides(int inputs, int outputs, long masked, int keptInputs, int keptOutputs)
    {
        Assert.Equal((keptInputs, keptOutputs), MaskedSketch.Sides(inputs, outputs, masked));
        Assert.True((long)keptInputs * keptOutputs <= masked);
    }

    // Every choice of 2 of 5 is equally likely, ascending, without repetition.
    [Fact]
    public void Subsets_are_uniform()
    {
        string[] choices = [.. Enumerable.Range(0, Seeds)
            .Select(seed => string.Join(' ', SketchHash.Subset(SketchHash.Key((ulong)seed, 1, 2), 5, 2)))];
        IGrouping<string, string>[] groups = [.. choices.GroupBy(c => c, StringComparer.Ordinal)];
        Assert.Equal(10, groups.Length);
        foreach (IGrouping<string, string> group in groups)
        {
            Assert.True(group.Key[0] < group.Key[2]);
            Assert.InRange(group.Count(), 1000 - 5 * 30, 1000 + 5 * 30);
        }

        Assert.Equal([0L, 1, 2], SketchHash.Subset(7, 3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => SketchHash.Subset(7, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SketchHash.Subset(7, 3, 4));
    }

    private static double[] Draws(Func<ulong, double> draw) => [.. Enumerable.Range(0, Seeds).Select(seed => draw((ulong)seed))];

    private static double[,] Signs(ulong seed, int table, int size, int rank)
    {
        using torch.Tensor signs = SideBasis.RandomSigns(SketchHash.Key(seed, 0, table), size, rank)!;
        float[] flat = signs.data<float>().ToArray();
        var matrix = new double[rank, size];
        for (int i = 0; i < flat.Length; i++)
            matrix[i / size, i % size] = flat[i];
        return matrix;
    }

    private static double[] Times(double[,] matrix, double[] x) =>
        [.. Enumerable.Range(0, matrix.GetLength(0)).Select(r => Enumerable.Range(0, x.Length).Sum(j => matrix[r, j] * x[j]))];

    private static double[] Masked(ulong seed, int table, double[] x, int kept) =>
        [.. SketchHash.Subset(SketchHash.Key(seed, 0, table), x.Length, kept)
            .Select(j => x[j] * Math.Sqrt((double)x.Length / kept))];

    private static double[] Sketch(ulong seed, double[] x, int width)
    {
        uint[] table = SketchHash.Table(SketchHash.Key(seed, 0, 2), x.Length, width);
        var sketch = new double[width];
        for (int j = 0; j < x.Length; j++)
            sketch[table[j] & 0x7fffffff] += table[j] >> 31 == 0 ? x[j] : -x[j];
        return sketch;
    }

    private static double[] Outer(double[] a, double[] delta) => [.. delta.SelectMany(d => a.Select(x => d * x))];

    private static double Quartic(double[] x, double[] y) => x.Zip(y, (a, b) => a * a * b * b).Sum();

    private static double SignWeight(double[] x, double[] y) => Dot(x, x) * Dot(y, y) + Dot(x, y) * Dot(x, y) - 2 * Quartic(x, y);

    private static double MaskVariance(double[] x, double[] y, int kept)
    {
        int p = x.Length;
        double mean = Dot(x, y) / p, spread = x.Zip(y, (a, b) => (a * b - mean) * (a * b - mean)).Sum() / (p - 1);
        return (double)p * p / kept * (1 - (double)kept / p) * spread;
    }

    // E of ‖x‖²‖y‖², ⟨x,y⟩² and Σx²y² after a mask with its factor: pairs survive with k'(k'−1)/(p(p−1)), single entries with
    // k'/p.
    private static (double Norms, double Square, double Quartic) MaskedSums(double[] x, double[] y, int kept)
    {
        double p = x.Length, scale = p * p / ((double)kept * kept), single = kept / p, pair = kept * (kept - 1)
            / (p * (p - 1)), quartic = Quartic(x, y);
        return (
            scale * (single * quartic + pair * (Dot(x, x) * Dot(y, y) - quartic)),
            scale * (single * quartic + pair * (Dot(x, y) * Dot(x, y) - quartic)),
            scale * single * quartic);
    }
}
