using System.Diagnostics;
using System.Globalization;
using Tessar.Runs;
using Tessar.Training;

namespace Tessar.Bench.Study;

/// <summary>
/// The cnn on fashion-mnist-mini: sf-adamw without a schedule against adamw with a cosine tuned for each horizon, and sam against
/// sgd.
/// </summary>
/// <remarks>
/// Learning rates are chosen on a seed of their own, by test accuracy, for all alike; then five other seeds are compared,
/// pairwise by seed. Every training is a run of its own under <c>TESSAR_STUDY</c> (a temporary folder by default): called again,
/// the study goes on where it stopped, which it does after <c>TESSAR_STUDY_SECONDS</c>, if that is set.
/// </remarks>
internal static class OptimizerStudy
{
    public const int Epochs = 6;

    private const ulong TuningSeed = 100;
    private const string ScheduleFree = "sf-adamw";

    // The baseline decays by default, Schedule-Free doesn't: the comparison is about the schedule, so both do.
    private static readonly Dictionary<string, double> _asMuchDecayAsAdamW = new(StringComparer.Ordinal)
    {
        ["weightDecay"] = 0.01
    };

    private static readonly int[] _horizons = [1, 2, 3, 4, 5, 6];
    private static readonly ulong[] _seeds = [1, 2, 3, 4, 5];
    private static readonly Stopwatch _watch = Stopwatch.StartNew();

    private static string Folder =>
        Environment.GetEnvironmentVariable("TESSAR_STUDY") ?? Path.Combine(Path.GetTempPath(), "tessar-optimizer-study");

    private static double Allowance =>
        double.TryParse(
            Environment.GetEnvironmentVariable("TESSAR_STUDY_SECONDS"), CultureInfo.InvariantCulture, out double seconds)
                ? seconds
                : double.PositiveInfinity;

    public static object Run()
    {
        try
        {
            Curve[] cosine = [.. _horizons.Select(horizon => Compare("adamw", horizon, [1e-3, 2e-3, 4e-3, 8e-3]))];
            Curve free = Compare(ScheduleFree, Epochs, [1e-3, 2e-3, 4e-3, 8e-3]), sgd = Compare(
                "sgd", Epochs, [0.05, 0.1]), sam = Compare("sam", Epochs, [0.05, 0.1]);
            var figures = new StudyFigures(
                _seeds.Length,
                [.. _horizons.Select((horizon, i) => HorizonFigures.Of(horizon, cosine[i], free))],
                [.. Enumerable.Range(0, Epochs).Select(epoch => PairFigures.Of(epoch, sgd, sam))],
                free.Rate, [.. cosine.Select(c => c.Rate)], sgd.Rate, sam.Rate);
            string root = Repository();
            File.WriteAllText(Path.Combine(root, "docs/images/optimizers-study.svg"), StudyChart.Draw(figures));
            return figures;
        }
        catch (OutOfTimeException)
        {
            return new { unfinished = true, folder = Folder };
        }
    }

    /// <summary>Chooses the learning rate of an optimiser for a horizon and trains it with every seed.</summary>
    private static Curve Compare(string optimizer, int epochs, double[] rates)
    {
        double best = rates.MaxBy(rate => Accuracies(optimizer, epochs, rate, TuningSeed)[^1]);
        return new Curve(best, [.. _seeds.Select(seed => Accuracies(optimizer, epochs, best, seed))]);
    }

    /// <summary>Test accuracy after each epoch.</summary>
    private static double[] Accuracies(string optimizer, int epochs, double rate, ulong seed)
    {
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{optimizer}-{epochs}-{rate}-{seed}{(optimizer == ScheduleFree ? "-decayed" : string.Empty)}");
        var request = new TrainingRequest
        {
            Model = "cnn",
            Data = "fashion-mnist-mini",
            RunsDirectory = Folder,
            Name = name,
            Epochs = epochs,
            Optimizer = optimizer,
            LearningRate = rate,
            OptimizerSettings = optimizer == ScheduleFree
                ? _asMuchDecayAsAdamW
                : new Dictionary<string, double>(StringComparer.Ordinal),
            Seed = seed,
            Threads = 1,
        };
        if (_watch.Elapsed.TotalSeconds > Allowance && !IsDone(name))
            throw new OutOfTimeException();
        Run run = Trainer.TrainOrOpen(request);
        return [.. run.ReadMetrics().Where(row => row.TestAccuracy is not null).Select(row => row.TestAccuracy!.Value)];
    }

    private static bool IsDone(string name) =>
        File.Exists(Path.Combine(Folder, name, "run.json"))
            && Runs.Run.Open(Path.Combine(Folder, name)).Status == RunStatus.Completed;

    private static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tessar.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run the study in a checkout.");
        return folder;
    }

    private sealed class OutOfTimeException : Exception;
}

/// <summary>An optimiser's accuracies by seed and epoch, at the learning rate that was chosen for it.</summary>
internal sealed record Curve(double Rate, double[][] Accuracies)
{
    /// <summary>One number per seed, after an epoch counted from 0; -1 for the last.</summary>
    public double[] After(int epoch) => [.. Accuracies.Select(seed => seed[epoch < 0 ? ^1 : epoch])];
}
