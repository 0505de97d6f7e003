using System.Diagnostics;
using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Search;

/// <summary>What a search will read, hold and take, known before it starts.</summary>
/// <param name="Shape">What is searched.</param>
/// <param name="BlockRows">Rows a thread takes at a time.</param>
/// <param name="Threads">Threads.</param>
/// <param name="BytesRead">Bytes of rows that are read.</param>
/// <param name="BytesMemory">Bytes of memory at most: queries, heaps, sums, and the windows on the rows.</param>
/// <param name="Seconds">Estimate, from a probe of this machine on rows in memory; a cold disk takes longer.</param>
internal sealed record SearchPlan(SearchShape Shape, int BlockRows, int Threads, long BytesRead, long BytesMemory, double Seconds)
{
    private const int MostBlockRows = 1920;
    private const int LeastBlockRows = 60;
    private const int ProbeRowsPerThread = 480;
    private const int ProbeQueries = 256;

    /// <summary>Plans a search: large blocks and all threads if the budget allows it, less of both if not.</summary>
    /// <param name="shape">What is searched.</param>
    /// <param name="threads">Threads at most.</param>
    /// <param name="context">The memory budget.</param>
    /// <exception cref="TessarException">Not even small blocks on one thread fit.</exception>
    public static SearchPlan For(SearchShape shape, int threads, MethodContext context)
    {
        int blockRows = Math.Min(MostBlockRows, Math.Max(LeastBlockRows, shape.Rows / threads));
        while (shape.BytesOf(blockRows, threads) > context.MemoryBudget && blockRows > LeastBlockRows)
            blockRows = Math.Max(LeastBlockRows, blockRows / 2);
        while (shape.BytesOf(blockRows, threads) > context.MemoryBudget && threads > 1)
            threads--;
        long bytes = shape.BytesOf(blockRows, threads);
        if (bytes > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The search for the {shape.Top} strongest of {shape.Rows:N0} examples for {shape.Queries:N0} targets needs "
                    + $"{bytes:N0} bytes; ")
                + string.Create(CultureInfo.InvariantCulture, $"the memory budget is {context.MemoryBudget:N0}. ")
                + "Choose fewer targets, a smaller top, or a larger memory budget.", ErrorKind.Environment)
            {
                Remedies = [
                        new(RemedyKind.ChangeArgument, "targets"),
                        new(RemedyKind.ChangeArgument, "top"),
                        new(RemedyKind.ChangeArgument, "memory")
                    ]
            };
        }

        double seconds = SecondsPerRow(shape, blockRows, threads) * shape.Rows * shape.Checkpoints;
        return new SearchPlan(shape, blockRows, threads, shape.BytesRead, bytes, seconds);
    }

    /// <summary>The plan in a sentence.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Plan: the {Shape.Top:N0} strongest of {Shape.Rows:N0} examples, both signs, for {Shape.Queries:N0} targets over "
            + $"{Shape.Checkpoints:N0} ")
        + (Shape.Checkpoints == 1 ? "checkpoint: " : "checkpoints: ")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"{BytesRead:N0} bytes of features are read, at most {BytesMemory:N0} bytes of memory held, about {Seconds:0.0##} s "
                + $"on {Threads} ")
        + (Threads == 1 ? "thread" : "threads") + ", once features are there.";

    // The search itself, on random rows that lie in memory; the first pass compiles it. One row is kept, because in a long search
    // heaps rarely change, and in a short one they would count too much.
    private static double SecondsPerRow(SearchShape shape, int blockRows, int threads)
    {
        blockRows = Math.Min(ProbeRowsPerThread, blockRows);
        int rows = blockRows * threads, queries = Math.Min(shape.Queries, ProbeQueries);
        using var bytes = new AlignedBuffer<byte>(rows * shape.RowBytes);
        Fill(bytes, shape.IsHalf);
        double[] weights = new double[queries * shape.Width];
        Array.Fill(weights, 1);
        var part = new SearchPart(new RowsInMemory(bytes, rows, shape.Width, shape.IsHalf), weights);
        var question = new SearchQuestion { Queries = queries, Top = 1 };
        TopSearch.Run([part], question, blockRows, threads, new MethodContext());
        long start = Stopwatch.GetTimestamp();
        TopSearch.Run([part], question, blockRows, threads, new MethodContext());
        return Stopwatch.GetElapsedTime(start).TotalSeconds / rows * shape.Queries / queries;
    }

    private static unsafe void Fill(AlignedBuffer<byte> bytes, bool isHalf)
    {
        var random = new RandomStream(0, "search probe", 0);
        for (long i = 0; i < bytes.Count / 4; i++)
        {
            uint bits = (uint)random.NextUInt64();
            // Any sign and mantissa, exponents around 1: two fp16 numbers or one fp32 number.
            ((uint*)bytes.Start)[i] = isHalf ? (bits & 0x83FF83FF) | 0x38003800 : (bits & 0x807FFFFF) | 0x3F000000;
        }
    }
}

/// <summary>The sizes that decide what a search costs.</summary>
/// <param name="Rows">n.</param>
/// <param name="Width">k.</param>
/// <param name="IsHalf">Whether rows are fp16; else fp32.</param>
/// <param name="Checkpoints">C.</param>
/// <param name="Queries">m.</param>
/// <param name="Top">Rows kept per query and sign.</param>
internal sealed record SearchShape(int Rows, int Width, bool IsHalf, int Checkpoints, int Queries, int Top)
{
    /// <summary>Bytes of one row.</summary>
    public long RowBytes => Width * (IsHalf ? 2L : 4L);

    /// <summary>Bytes of rows in all stores.</summary>
    public long BytesRead => RowBytes * Rows * Checkpoints;

    /// <summary>Bytes that large arrays take together.</summary>
    /// <param name="blockRows">Rows a thread takes at a time.</param>
    /// <param name="threads">Threads.</param>
    public long BytesOf(int blockRows, int threads)
    {
        // Queries lie in fp64 as they were solved for, and in fp32 panels; factors of rows in fp32 per store and in fp64.
        long shared = (Checkpoints * (((long)Queries * Width * sizeof(double)) + QueryPanels.BytesOf(Queries, Width)
            + ((long)Rows * sizeof(float))))
            + ((long)Rows * sizeof(double));
        return shared
            + (threads * SearchWorker.BytesOf(new SearchQuestion { Queries = Queries, Top = Top }, blockRows, RowBytes));
    }
}
