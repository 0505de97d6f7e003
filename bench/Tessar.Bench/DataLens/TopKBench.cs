using System.Diagnostics;
using Tessar.Lenses.Data.Search;
using Tessar.Methods;

namespace Tessar.Bench.DataLens;

internal static class TopKBench
{
    public static unsafe object Run()
    {
        int n = 50_000, k = 2048, m = 100;
        using var bytes = new AlignedBuffer<byte>((long)n * k * 2);
        var random = new Random(1);
        for (long i = 0; i < (long)n * k; i++)
            ((Half*)bytes.Start)[i] = (Half)((random.NextSingle() * 2) - 1);
        double[] q = [.. Enumerable.Range(0, m * k).Select(_ => random.NextDouble() - 0.5)];
        var rows = new RowsInMemory(bytes, n, k, true);
        List<double> rates = [];
        foreach ((int block, int threads) in new[] { (96, 1), (480, 1), (960, 1), (1920, 1), (960, 1), (960, 2), (960, 2) })
        {
            var w = Stopwatch.StartNew();
            TopSearch.Run([new SearchPart(rows, q)], new SearchQuestion { Queries = m, Top = 50 }, block, threads, new MethodContext());
            double rate = 2.0 * n * k * m / w.Elapsed.TotalSeconds / 1e9;
            Console.Error.WriteLine($"{block} {threads} {rate:0.0} GFLOP/s");
            rates.Add(rate);
        }

        var w2 = Stopwatch.StartNew();
        using var f = new AlignedBuffer<float>(k);
        for (int i = 0; i < n; i++) SingleRows.FromHalf((ushort*)bytes.Start + ((long)i * k), f.Start, k);
        Console.Error.WriteLine($"convert {w2.Elapsed.TotalSeconds} s = {(double)n * k / w2.Elapsed.TotalSeconds / 1e9:0.0} G numbers/s");
        return new { rates };
    }
}
