using Tessar.Gradients.Projections;
using TorchSharp;
using static Tessar.Tests.Gradients.Projections.Moments;
using static TorchSharp.torch;

namespace Tessar.Tests.Gradients.Projections;

public sealed class SketchTests
{
    private const int Seeds = 10_000;

    // Var⟨Px,Py⟩ = (‖x‖²‖y‖² + ⟨x,y⟩² − 2Σx²y²)/k, and ⟨Px,Py⟩ is unbiased.
    [Fact]
    public void Count_sketch_is_unbiased_with_the_variance_of_a_sign_projection()
    {
        const int p = 40, k = 16;
        double[] x = Vector(p, 1), y = Vector(p, 2);
        double dot = Dot(x, y);
        double variance = (Dot(x, x) * Dot(y, y) + dot * dot - 2 * x.Zip(y, (a, b) => a * a * b * b).Sum()) / k;
        double[] draws = [.. Enumerable.Range(0, Seeds).Select(seed =>
        {
            uint[] table = SketchHash.Table(SketchHash.Key((ulong)seed, 0, 0), p, k);
            return Dot(Sketch(table, x, k), Sketch(table, y, k));
        })];
        Moments.Hold(draws, dot, variance);
    }

    // The formula of a TensorSketch of x = a⊗δ, y = b⊗γ: between 1 and 3 times the count-sketch's.
    [Theory]
    [InlineData(16)]
    [InlineData(15)]
    public void Tensor_sketch_is_unbiased_with_its_own_variance(int k)
    {
        double[] a = Vector(7, 1), b = Vector(7, 3), delta = Vector(5, 2), gamma = Vector(5, 4);
        double dotA = Dot(a, b), dotD = Dot(delta, gamma);
        double bigA = dotA * dotA, bigD = dotD * dotD, na = Dot(a, a) * Dot(b, b), nd = Dot(delta, delta) * Dot(gamma, gamma);
        double qa = a.Zip(b, (s, t) => s * s * t * t).Sum(), qd = delta.Zip(gamma, (s, t) => s * s * t * t).Sum();
        double e = k % 2 == 0 ? 2 : 1;
        double variance = (bigA * (nd + bigD - 2 * qd) + bigD * (na + bigA - 2 * qa) + (na - qa) * (nd - qd)
            + (bigA - qa) * (bigD - qd)) / k
            + e * ((bigA - qa) * (nd - qd) + (bigD - qd) * (na - qa)) / ((double)k * k);
        double[] draws = [.. Enumerable.Range(0, Seeds).Select(seed =>
        {
            uint[] input = SketchHash.Table(SketchHash.Key((ulong)seed, 0, 0), 7, k), output = SketchHash.Table(
                SketchHash.Key((ulong)seed, 0, 1), 5, k);
            return Dot(
                Convolve(Sketch(input, a, k), Sketch(output, delta, k)), Convolve(Sketch(input, b, k), Sketch(output, gamma, k)));
        })];
        Moments.Hold(draws, dotA * dotD, variance);
    }

    // irfft(rfft(CS₁a)⊙rfft(CS₂δ)) = count-sketch of δaᵀ with bucket (h₁+h₂) mod k and sign σ₁σ₂, for odd and even k.
    [Theory]
    [InlineData(64)]
    [InlineData(37)]
    public void Tensor_sketch_equals_the_count_sketch_with_the_composite_hash(int k)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] a = Vector(30, 1), delta = Vector(20, 2);
        uint[] input = SketchHash.Table(SketchHash.Key(5, 6, 0), 30, k), output = SketchHash.Table(
            SketchHash.Key(5, 6, 1), 20, k);
        var expected = new double[k];
        for (int i = 0; i < 30; i++)
        {
            for (int o = 0; o < 20; o++)
            {
                double sign = (input[i] >> 31) == (output[o] >> 31) ? 1 : -1;
                expected[((input[i] & 0x7fffffff) + (output[o] & 0x7fffffff)) % k] += sign * a[i] * delta[o];
            }
        }

        Tensor spectrum = fft.rfft(tensor(Sketch(input, a, k)), k, -1) * fft.rfft(tensor(Sketch(output, delta, k)), k, -1);
        double[] found = fft.irfft(spectrum, k, -1).data<double>().ToArray();
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    // Of p ones each bucket holds a sum of ±1: whole, and odd where an odd number of coordinates fell into it.
    [Fact]
    public void Sketch_of_ones_has_the_parity_of_what_falls_into_each_bucket()
    {
        const int p = 1_001, k = 32;
        uint[] table = SketchHash.Table(SketchHash.Key(3, 1, 4), p, k);
        float[] sketch = new float[k];
        SketchHash.Add(table, [.. Enumerable.Repeat(1f, p)], sketch);
        int[] inBucket = [.. Enumerable.Range(0, k).Select(b => table.Count(entry => (entry & 0x7fffffff) == b))];
        Assert.All(sketch.Zip(inBucket), pair => Assert.Equal(Math.Abs(pair.First) % 2, pair.Second % 2));
        Assert.Equal(p % 2, Math.Abs(sketch.Sum()) % 2);
    }

    // k ≥ 8 ln(N²/β)/ε² keeps all squared distances of N points within 1 ± ε but for probability β (Johnson and Lindenstrauss,
    // for signs likewise).
    [Fact]
    public void Distances_of_many_points_stay_within_the_bound()
    {
        const int p = 2_000, points = 20;
        const double epsilon = 0.5, beta = 1e-6;
        int k = (int)Math.Ceiling(8 * Math.Log(points * points / beta) / (epsilon * epsilon));
        uint[] table = SketchHash.Table(SketchHash.Key(7, 0, 0), p, k);
        double[][] x = [.. Enumerable.Range(0, points).Select(i => Vector(p, 10 + i))];
        double[][] sketched = [.. x.Select(row => Sketch(table, row, k))];
        for (int i = 0; i < points; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.InRange(SquaredDistance(sketched[i], sketched[j]) / SquaredDistance(x[i], x[j]), 1 - epsilon, 1 + epsilon);
        }

        static double SquaredDistance(double[] a, double[] b) => a.Zip(b, (s, t) => (s - t) * (s - t)).Sum();
    }

    [Fact]
    public void Every_single_coordinate_reaches_the_sketch()
    {
        uint[] table = SketchHash.Table(SketchHash.Key(1, 2, 3), 500, 32);
        for (int j = 0; j < table.Length; j++)
        {
            float[] unit = new float[500], sketch = new float[32];
            unit[j] = 2;
            SketchHash.Add(table, unit, sketch);
            Assert.Equal(2, sketch.Sum(Math.Abs));
        }

        float[] zero = new float[32];
        SketchHash.Add(table, new float[500], zero);
        Assert.All(zero, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Tables_differ_between_seeds_checkpoints_and_tables_and_repeat_for_equal_keys()
    {
        uint[] one = SketchHash.Table(SketchHash.Key(1, 2, 3), 100, 64);
        Assert.Equal(one, SketchHash.Table(SketchHash.Key(1, 2, 3), 100, 64));
        Assert.NotEqual(one, SketchHash.Table(SketchHash.Key(2, 2, 3), 100, 64));
        Assert.NotEqual(one, SketchHash.Table(SketchHash.Key(1, 3, 3), 100, 64));
        Assert.NotEqual(one, SketchHash.Table(SketchHash.Key(1, 2, 4), 100, 64));
    }

    [Fact]
    public void Buckets_and_signs_are_uniform()
    {
        const int n = 100_000, k = 10;
        uint[] table = SketchHash.Table(SketchHash.Key(9, 9, 9), n, k);
        double expected = n / (double)(2 * k);
        // Each of the 2k cells is binomial: five standard errors.
        foreach (IGrouping<uint, uint> cell in table.GroupBy(entry => entry))
            Assert.InRange(cell.Count(), expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected));
        Assert.Equal(2 * k, table.Distinct().Count());
        Assert.All(table, entry => Assert.InRange(entry & 0x7fffffff, 0u, (uint)k - 1));
    }

    [Fact]
    public void Sketch_of_rows_is_linear_and_has_the_same_bits_in_any_chunks()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        uint[] table = SketchHash.Table(SketchHash.Key(1, 2, 3), 300, 32);
        Tensor x = randn(9, 300), y = randn(9, 300);
        Tensor whole = RowSketch.Of(x, table, 32);
        Tensor parts = cat([RowSketch.Of(x.narrow(0, 0, 4), table, 32), RowSketch.Of(x.narrow(0, 4, 5), table, 32)], 0);
        Assert.Equal(whole.data<float>().ToArray(), parts.data<float>().ToArray());
        Tensor sum = RowSketch.Of(2 * x - y, table, 32);
        Assert.True((sum - (2 * whole - RowSketch.Of(y, table, 32))).abs().max().item<float>() < 1e-4);
    }

    private static double[] Sketch(uint[] table, double[] x, int k)
    {
        var sketch = new double[k];
        for (int j = 0; j < x.Length; j++)
            sketch[table[j] & 0x7fffffff] += (table[j] >> 31) == 0 ? x[j] : -x[j];
        return sketch;
    }

    private static double[] Convolve(double[] u, double[] v)
    {
        var result = new double[u.Length];
        for (int i = 0; i < u.Length; i++)
        {
            for (int j = 0; j < v.Length; j++)
                result[(i + j) % u.Length] += u[i] * v[j];
        }

        return result;
    }
}
