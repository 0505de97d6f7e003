using Tessar.Examples;
using Tessar.Lenses.Data.Datamodels;

namespace Tessar.Tests.Data.Datamodels;

/// <summary>Designs and outputs for tests, and the same in dense fp64.</summary>
internal static class Design
{
    /// <summary>Columns of fair coin flips.</summary>
    public static MaskColumns Random(int rows, int count, ulong seed)
    {
        int words = (rows + 63) / 64;
        ulong[] bits = new ulong[words * count];
        var random = new RandomStream(seed, "test masks");
        for (int k = 0; k < bits.Length; k++)
            bits[k] = random.NextUInt64() >> (k % words == words - 1 ? 64 * words - rows : 0);
        return new MaskColumns(rows, count, bits);
    }

    /// <summary>Columns given one by one.</summary>
    public static MaskColumns Of(params bool[][] columns)
    {
        int rows = columns[0].Length, words = (rows + 63) / 64;
        ulong[] bits = new ulong[words * columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            for (int r = 0; r < rows; r++)
                bits[i * words + r / 64] |= (columns[i][r] ? 1UL : 0) << (r % 64);
        }

        return new MaskColumns(rows, columns.Length, bits);
    }

    public static double[] Normals(int count, ulong seed)
    {
        var random = new RandomStream(seed, "test normals");
        return [.. Enumerable.Range(0, count).Select(_ =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    /// <summary>X̃, [M][n].</summary>
    public static double[][] Standardized(MaskColumns columns) => [.. Enumerable.Range(0, columns.Rows).Select(r =>
        Enumerable.Range(0, columns.Count).Select(i =>
        {
            double mean = Enumerable.Range(0, columns.Rows).Average(k => columns.Has(k, i) ? 1.0 : 0);
            double deviation = Math.Sqrt(mean * (1 - mean));
            return deviation > 0 ? ((columns.Has(r, i) ? 1 : 0) - mean) / deviation : 0;
        }).ToArray())];

    /// <summary>x̃_iᵀ(y − ȳ − X̃w̃)/M by the definition.</summary>
    public static double[] Gradients(double[][] x, double[] y, double[] weights)
    {
        double mean = y.Average();
        double[] residual = [.. y.Select((value, r) => value - mean - x[r].Zip(weights, (a, w) => a * w).Sum())];
        return [.. Enumerable.Range(0, weights.Length)
            .Select(i => residual.Select((value, r) => value * x[r][i]).Sum() / y.Length)];
    }

    public static double[] Dense(LassoSolver solver, int count)
    {
        double[] weights = new double[count];
        foreach ((int column, double weight) in solver.Standardized())
            weights[column] = weight;
        return weights;
    }

    /// <summary>The largest violation of the optimality conditions, relative to λ, by the definition.</summary>
    public static double Gap(double[] gradients, double[] weights, double penalty, double ridge) =>
        gradients.Zip(weights, (g, w) => w == 0
        ? Math.Max(0, Math.Abs(g) - penalty)
        : Math.Abs(g - ridge * w - Math.CopySign(penalty, w))).Max() / penalty;
}
