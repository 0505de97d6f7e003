using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Lenses.Data.Datamodels;

namespace Tessar.Bench.DataLens;

/// <summary>
/// Lasso paths as <c>data/datamodels</c> fits them: 10,000 examples, 500 models, 100 targets, 100 penalties each, no early stop.
/// </summary>
/// <remarks>
/// Outputs are planted, a hundred effects a target, under noise of about their strength. Goal: 60 s on two cores, gap at most
/// 1e-3.
/// </remarks>
internal static class LassoBench
{
    private const int Examples = 10_000;
    private const int Models = 500;
    private const int Targets = 100;
    private const int Penalties = 100;
    private const int Effects = 100;
    private const double GoalSeconds = 60;
    private const double GoalGap = 1e-3;

    private static readonly double[] _ratios = [0.1, 0.01];
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase
    };

    public static object Run()
    {
        MaskColumns columns = Columns();
        double[][] outputs = [.. Enumerable.Range(0, Targets).Select(t => Outputs(columns, t))];
        Parallel.For(0, 2, t => Path(new LassoSolver(columns), outputs[t], 0.1)); // compiles
        object[] paths = [.. _ratios.Select(ratio => Measure(columns, outputs, ratio))];
        double[] sums = new double[Examples];
        long start = Stopwatch.GetTimestamp();
        for (int k = 0; k < Targets; k++)
            columns.Products(outputs[k], sums);
        double scan = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Targets;
        object figures = new
        {
            benchmark = "lasso",
            command = "dotnet run -c Release --project bench/Tessar.Bench -- lasso",
            examples = Examples,
            models = Models,
            targets = Targets,
            penalties = Penalties,
            threads = Environment.ProcessorCount,
            goalSeconds = GoalSeconds,
            goalGap = GoalGap,
            paths,
            millisecondsPerCheckOfAllColumns = scan,
            peakBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            machine = Runs.RunEnvironment.Machine(),
        };
        File.WriteAllText(
            System.IO.Path.Combine(TessarTool.Root, "bench", "results", "lasso.json"),
            JsonSerializer.Serialize(figures, _json) + "\n");
        return figures;
    }

    private static object Measure(MaskColumns columns, double[][] outputs, double ratio)
    {
        double[] gaps = new double[Targets], sizes = new double[Targets];
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        Parallel.For(0, Targets, () => new LassoSolver(columns), (t, _, solver) =>
        {
            (gaps[t], sizes[t]) = Path(solver, outputs[t], ratio);
            return solver;
        }, _ => { });
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new
        {
            ratio,
            seconds,
            processorSeconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds,
            largestGap = gaps.Max(),
            nonZerosAtTheEnd = sizes.Average(),
            reached = seconds <= GoalSeconds && gaps.Max() <= GoalGap,
        };
    }

    private static (double Gap, int NonZeros) Path(LassoSolver solver, double[] y, double ratio)
    {
        solver.Start(y);
        double penalty = solver.LargestPenalty, factor = Math.Pow(ratio, 1.0 / Penalties), gap = 0;
        for (int k = 0; k < Penalties; k++, penalty *= factor)
        {
            solver.Solve(penalty);
            gap = Math.Max(gap, solver.Gap);
        }

        return (gap, solver.NonZeros);
    }

    private static MaskColumns Columns()
    {
        int words = (Models + 63) / 64;
        ulong[] bits = new ulong[words * Examples];
        var random = new RandomStream(1, "lasso masks");
        for (int k = 0; k < bits.Length; k++)
            bits[k] = random.NextUInt64() >> (k % words == words - 1 ? 64 * words - Models : 0);
        return new MaskColumns(Models, Examples, bits);
    }

    private static double[] Outputs(MaskColumns columns, int target)
    {
        var random = new RandomStream(1, "lasso outputs", target);
        double[] y = [.. Enumerable.Range(0, Models).Select(_ => Normal(random))];
        for (int k = 0; k < Effects; k++)
            columns.AddTo(y, random.NextInt32(Examples), 0.2 * Normal(random));
        return y;
    }

    private static double Normal(RandomStream random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
