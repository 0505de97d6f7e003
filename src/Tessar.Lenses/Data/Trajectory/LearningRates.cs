using System.Globalization;
using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>The learning rate of every update of a recorded run, from its metric rows and its schedule.</summary>
/// <remarks>
/// Short epochs log every update: then the rows are the answer. Longer ones log about fifty an epoch; the updates between come
/// from the schedule's formula where it is constant or a cosine, after warm-up, and agrees with every row; otherwise a straight
/// line is drawn from row to row, which is exact for schedules that are straight between rows.
/// </remarks>
internal sealed class LearningRates
{
    private const double Agreement = 1e-9;
    private readonly double[] _sums;

    private LearningRates(double[] sums, double gap, bool isExact) => (_sums, Gap, IsExact) = (sums, gap, isExact);

    /// <summary>
    /// Largest difference between formula and logged rates, relative to the largest rate; 0 when there is no formula to compare.
    /// </summary>
    public double Gap { get; }

    /// <summary>Whether no rate had to be drawn between rows.</summary>
    public bool IsExact { get; }

    /// <summary>Updates of the whole program.</summary>
    public long Updates => _sums.Length - 1;

    /// <summary>Whether a run was trained here, so that its rates can be known.</summary>
    public static bool HasHistory(Run run) =>
        run.Record.Kind != RunKind.Imported
        && run.Record.Program is { BatchSize: not null, Epochs: not null, Optimizer: not null, Schedule: not null };

    /// <summary>Finds the rates of a run with a history; null where neither a formula nor a metric row tells them.</summary>
    /// <inheritdoc cref="Of(Run, ExampleStore)"/>
    public static LearningRates? TryOf(Run run, ExampleStore store)
    {
        TrainingProgram program = run.Record.Program;
        IReadOnlyList<MetricRow> rows = run.ReadMetrics();
        long total = TotalOf(program, store);
        return Formula(program, total) is null && rows.All(row => row.LearningRate is null) ? null : Of(program, total, rows);
    }

    /// <summary>Finds a run's rates.</summary>
    /// <param name="run">A run that was trained here.</param>
    /// <param name="store">Its data, for the number of updates per epoch.</param>
    /// <exception cref="TessarException">The run has no history, or its rates can't be known.</exception>
    public static LearningRates Of(Run run, ExampleStore store)
    {
        RequireHistory(run);
        TrainingProgram program = run.Record.Program;
        return Of(program, TotalOf(program, store), run.ReadMetrics());
    }

    /// <summary>Refuses a run whose weights came from elsewhere.</summary>
    public static void RequireHistory(Run run)
    {
        if (!HasHistory(run))
        {
            throw new TessarException(
                $"The run {run.Name} has no history: its weights were imported, so there are no checkpoints along the way and no "
                    + $"learning rates. "
                + "Train it here, or use a method that needs the last weights only, such as data/grad-dot.", ErrorKind.Usage)
            {
                Remedies = [
                    new(RemedyKind.Train, run.Record.Program.Model, run.Record.Program.Data.Name),
                    new(RemedyKind.UseMethod, "data/grad-dot")
                ],
            };
        }
    }

    /// <summary>The rates of a program from its rows.</summary>
    /// <param name="program">Schedule and optimiser.</param>
    /// <param name="total">Updates of the whole program.</param>
    /// <param name="rows">What was logged; a row's rate is that of the update before it.</param>
    internal static LearningRates Of(TrainingProgram program, long total, IReadOnlyList<MetricRow> rows)
    {
        var logged = new SortedDictionary<long, double>();
        foreach (MetricRow row in rows)
        {
            if (row.LearningRate is { } rate && row.Step >= 1 && row.Step <= total)
                logged[row.Step - 1] = rate;
        }

        Func<long, double>? formula = Formula(program, total);
        double largest = logged.Values.DefaultIfEmpty(0).Max();
        double gap = formula is null || largest == 0 ? 0 : logged.Max(row => Math.Abs(formula(row.Key) - row.Value)) / largest;
        if (gap > Agreement)
            formula = null;
        if (formula is null && logged.Count == 0)
        {
            throw new TessarException(
                $"The learning rates of a run with schedule {program.Schedule} aren't known: its metrics are missing. "
                + "Restore metrics.arrows from a copy, or use weights=equal.", ErrorKind.InputData)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "weights", "equal")]
            };
        }

        bool isExact = formula is not null || logged.Count == total;
        long[] steps = [.. logged.Keys];
        double[] sums = new double[total + 1];
        for (long step = 0; step < total; step++)
            sums[step + 1] = sums[step]
                + (logged.TryGetValue(step, out double known) ? known : formula?.Invoke(step) ?? Between(step, steps, logged));
        return new LearningRates(sums, gap, isExact);
    }

    /// <summary>Σ of the rates of updates <paramref name="after"/> + 1 to <paramref name="upTo"/>.</summary>
    /// <param name="after">Updates done before, at least 0.</param>
    /// <param name="upTo">Updates done in the end, at least <paramref name="after"/>.</param>
    public double Sum(long after, long upTo)
    {
        if (after < 0 || upTo < after || upTo >= _sums.Length)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"A checkpoint is at step {upTo}, after step {after}; the program has {_sums.Length - 1} updates. ")
                + "The run's record was changed; restore run.json from a copy.", ErrorKind.InputData);
        }

        return _sums[upTo] - _sums[after];
    }

    private static long TotalOf(TrainingProgram program, ExampleStore store)
    {
        long examples = program.Mask?.Examples ?? ExampleSet.Parse(store, program.Data.Train).Count;
        return program.StepsPerEpoch(examples) * program.Epochs!.Value;
    }

    // The two schedules with a closed form that nothing but their name and warm-up decides.
    private static Func<long, double>? Formula(TrainingProgram program, long total)
    {
        double rate = program.Optimizer!.Values.GetValueOrDefault("learningRate");
        double warmup = program.Schedule!.Values.GetValueOrDefault("warmupSteps");
        Func<double, double>? decay = program.Schedule.Name switch
        {
            "constant" => _ => 1,
            "cosine" => fraction => 0.5 * (1 + Math.Cos(Math.PI * fraction)),
            _ => null,
        };
        return decay is null
            ? null
            : step => rate * (step < warmup ? (step + 1) / warmup : decay((step - warmup) / (total - warmup)));
    }

    private static double Between(long step, long[] steps, SortedDictionary<long, double> logged)
    {
        int next = ~Array.BinarySearch(steps, step);
        if (next == 0)
            return logged[steps[0]];
        if (next == steps.Length)
            return logged[steps[^1]];
        double share = (double)(step - steps[next - 1]) / (steps[next] - steps[next - 1]);
        return logged[steps[next - 1]] * (1 - share) + logged[steps[next]] * share;
    }
}
