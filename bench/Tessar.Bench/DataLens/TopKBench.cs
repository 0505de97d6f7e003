using System.Diagnostics;
using System.Globalization;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Search;
using Tessar.Methods;
using Tessar.Native;

namespace Tessar.Bench.DataLens;

/// <summary>
/// The 50 strongest of 1,000,000 rows of 2,048 fp16 numbers, both signs, for 100 queries: exact, from files in the page cache.
/// </summary>
internal static class TopKBench
{
    private const int Rows = 1_000_000;
    private const int Width = 2048;
    private const int Queries = 100;
    private const int Top = 50;
    private const int Rounds = 5;
    private const int CheckedQueries = 4;
    private const long Budget = 1L << 30;

    public static object Run()
    {
        string folder = Directory.CreateTempSubdirectory("tessar-topk-").FullName;
        try
        {
            Peak peaks = default;
            double writing = Seconds(() => SyntheticStore.Write(folder, Rows, Width));
            double opening = 0;
            GradientStore? opened = null;
            // Twice: the first reading fills the page cache.
            for (int i = 0; i < 2; i++)
            {
                opened?.Dispose();
                opening = Seconds(() => opened = GradientStore.Open(folder, SyntheticStore.Origin(Width)));
            }

            using GradientStore store = opened!;
            double[] queries = SyntheticStore.Queries(Queries, Width);
            var shape = new SearchShape(Rows, Width, IsHalf: true, Checkpoints: 1, Queries, Top);
            SearchPlan plan = SearchPlan.For(shape, TorchThreads.Current, new MethodContext { MemoryBudget = Budget });
            Console.Error.WriteLine(plan.Describe());
            double[] factors = Array.ConvertAll(store.Factors.ToArray(), q => (double)q);
            var question = new SearchQuestion { Queries = Queries, Top = Top, RowFactors = factors };
            List<double> seconds = [];
            SearchAnswer? answer = null;
            peaks = Peak.Of(() =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    seconds.Add(Seconds(() =>
                        answer = TopSearch.Run(
                            [new SearchPart(store, queries)], question, plan.BlockRows, plan.Threads, new MethodContext())));
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: {seconds[^1]:0.00} s"));
                }
            });
            Spread spread = Spread.Of(seconds);
            double flop = 2.0 * Rows * Width * Queries;
            double peakRate = MultiplyAddPeak.Measure(plan.Threads);
            return new
            {
                benchmark = "topk",
                command = "dotnet run -c Release --project bench/Tessar.Bench -- topk",
                rows = Rows,
                width = Width,
                numberFormat = "f16",
                queries = Queries,
                top = Top,
                storeBytes = plan.BytesRead,
                files = store.Header.Summary!.Shards!.Count,
                threads = plan.Threads,
                blockRows = plan.BlockRows,
                plannedSeconds = plan.Seconds,
                plannedMemoryBytes = plan.BytesMemory,
                memoryBudgetBytes = Budget,
                seconds = spread,
                gigaflopsPerSecond = flop / spread.Median / 1e9,
                peakGigaflopsPerSecond = peakRate / 1e9,
                shareOfPeak = flop / spread.Median / peakRate,
                secondsWriting = writing,
                secondsOpeningWithChecksums = opening,
                peakResidentBytes = peaks.InMemory,
                peakAnonymousBytes = peaks.Anonymous,
                memory = "peakResidentBytes (VmHWM) counts pages of the mapped files while a window shows them and the runtime "
                    + "with libtorch; peakAnonymousBytes (largest RssAnon, sampled every 5 ms) is what the process itself holds.",
                identicalToBruteForce = PlainSearch.Agrees(store, queries, factors, answer!.Scores, CheckedQueries),
                queriesCompared = CheckedQueries,
                rowsCompared = Rows,
                runtime = Environment.Version.ToString(),
                processor = Machine.Processor(),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalSeconds;
    }
}
