using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tessar.Bench.DataLens;

/// <summary>How many fp32 operations this machine does per second when nothing has to be loaded.</summary>
internal static class MultiplyAddPeak
{
    private const int Steps = 20_000_000;

    /// <summary>Operations per second of several threads together, best of five.</summary>
    public static double Measure(int threads)
    {
        double best = 0;
        for (int round = 0; round < 5; round++)
        {
            var watch = Stopwatch.StartNew();
            Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Multiply(Steps)))];
            Array.ForEach(workers, worker => worker.Start());
            Array.ForEach(workers, worker => worker.Join());
            best = Math.Max(best, 2.0 * 8 * 10 * Steps * threads / watch.Elapsed.TotalSeconds);
        }

        return best;
    }

    // Ten sums of their own: two units with a latency of four or five steps are always busy.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Multiply(int steps)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(1e-3f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y;
        for (int step = 0; step < steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j);
    }
}
