using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Training.Replaying;
using Tessar.Training.Retraining;

namespace Tessar.Cli.Commands;

/// <summary>The runs, data and method that a command of the Data lens works on.</summary>
internal sealed class Attributing : IDisposable
{
    private readonly IReadOnlyDictionary<string, string> settings;

    private Attributing(Invocation call, RunView view, ExampleStore store, MethodDescription method, IReadOnlyDictionary<string, string> settings)
    {
        (View, Store, Method, this.settings) = (view, store, method, settings);
        Labels = view.Run.OpenLabels(store);
        // Methods with a seed of their own among their options get it there.
        ulong seed = call.IsSeedGiven && method.Options.All(option => option.Name != "seed") ? call.Seed : 0;
        Context = new MethodContext { Seed = seed, Cancellation = call.Cancellation, Warn = call.Remark, Retrainer = new ProcessRetrainer(), Replayer = new RunReplayer() };
    }

    /// <summary>What methods look at: the last checkpoints of the runs, or an ensemble.</summary>
    public RunView View { get; private set; }

    public Run Run => View.Run;

    public ExampleStore Store { get; }

    /// <summary>Files that are read: the examples, and what was recorded of the runs.</summary>
    public IEnumerable<string> Files => Store.Paths.Concat(View.Checkpoints.Select(one => one.Run.Directory).Distinct(StringComparer.Ordinal)
        .SelectMany(folder => Directory.EnumerateFiles(folder).Concat(View.Checkpoints.Select(one => one.Checkpoint.File))));

    /// <summary>The labels that were changed on purpose for the run, or null.</summary>
    public LabelOverlay? Labels { get; }

    public MethodDescription Method { get; }

    public MethodContext Context { get; }

    /// <summary>The method's options with their defaults, as they would be typed.</summary>
    /// <remarks>A seed that the method takes from its context counts as one of them, so that results of two seeds are two results.</remarks>
    public IReadOnlyDictionary<string, string> Options => Context.Seed == 0 ? Method.Effective(settings)
        : new SortedDictionary<string, string>(new Dictionary<string, string>(Method.Effective(settings), StringComparer.Ordinal) { ["seed"] = Context.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture) }, StringComparer.Ordinal);

    /// <summary>Opens everything; refuses unknown runs, methods and options before anything expensive starts.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="runs">Names or paths, separated by commas.</param>
    /// <param name="method">Name of the method.</param>
    /// <param name="defaults">Options of the method that the user may set otherwise.</param>
    public static Attributing Open(Invocation call, string runs, string method, params (string Option, string Value)[] defaults)
    {
        var chosen = new Dictionary<string, string>(call.MethodOptions(method), StringComparer.Ordinal);
        MethodDescription description = MethodsCommand.Catalog().Find(method);
        if (call.IsSeedGiven && description.Options.Any(option => option.Name == "seed"))
            chosen.TryAdd("seed", call.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach ((string option, string value) in defaults)
            chosen.TryAdd(option, value);
        description.Create(chosen);
        Run[] opened = [.. runs.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(call.OpenRun)];
        if (opened.Length == 0)
            throw new TessarException($"`{runs}` names no run. See `{CommandLine.ProgramName} runs`.", ErrorKind.Usage);
        var view = new RunView(opened);
        TorchThreads.Set(call.Threads);
        return new Attributing(call, view, view.Run.OpenExamples(), description, chosen);
    }

    /// <summary>Looks at models on random halves of the training examples instead of the run's own: C models give far better scores than one.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="count">C; 0 keeps the runs.</param>
    /// <returns>Seconds it took; nearly 0 when the models were there.</returns>
    /// <exception cref="TessarException">Several runs were named, the run was imported, or every training failed.</exception>
    public double UseEnsemble(Invocation call, int count)
    {
        if (count == 0)
            return 0;
        if (View.Checkpoints.Count > 1)
            throw new TessarException("--ensemble trains models of one run's program, but several runs were named. Name one, or leave --ensemble out.", ErrorKind.Usage);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        if (Run.Record.Program.Mask is not null)
        {
            throw new TessarException(
                $"{Run.Name} was trained on a mask, so halves of its range aren't halves of what it saw. Train a run without a mask for --ensemble.", ErrorKind.Usage);
        }

        ExampleSet range = Run.TrainSet(Store), test = Run.TestSet(Store);
        // Seeds apart from those of evaluations: a model that explains must not be one that judges.
        ulong seed = new RandomStream(call.Seed, "ensemble").NextUInt64();
        ExampleMasks Halves(int models) => ExampleMasks.ExactSize(models, range.Count, 0.5, seed);
        RetrainingRequest request = RetrainingCache.Grown(
            RetrainingCache.Placed(
                RetrainingCache.For(Run, range, new ExampleSet(Store, test.Split, test.First, 1, Labels), Halves(count), seed) with { KeepsWeights = true }, Run),
            Halves);
        RetrainedModels models = call.Progress.Run(progress => Context.Retrainer!.Retrain(request, Translate.Retraining(progress), call.Cancellation));
        CheckpointView[] checkpoints = [.. Enumerable.Range(0, count).Where(models.IsCompleted).Select(job => new CheckpointView(Run, models.CheckpointOf(job)))];
        if (checkpoints.Length == 0)
            throw new TessarException($"Every training of the ensemble failed: {models.Record.Failed[0].Reason}", ErrorKind.InputData);
        if (models.Record.Failed.Count > 0)
            call.Remark($"{models.Record.Failed.Count} of {count} trainings of the ensemble failed and are left out: {models.Record.Failed[0].Reason}");
        View = new RunView(checkpoints);
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Examples with the labels the run was trained on.</summary>
    public ExampleSet Examples(string range) => ExampleSet.Parse(Store, range, Labels);

    /// <summary>The run's own training examples, or a part of them.</summary>
    public ExampleSet TrainExamples(string? range) => Examples(range ?? Run.Record.Program.Data.Train);

    /// <summary>A fresh instance: methods count what they do.</summary>
    public IAttributionMethod CreateMethod() => MethodsCommand.Catalog().CreateAttribution(Method.Name, settings);

    /// <summary>The same with one option set otherwise.</summary>
    public IAttributionMethod CreateMethodWith(string option, string value) =>
        MethodsCommand.Catalog().CreateAttribution(Method.Name, new Dictionary<string, string>(settings, StringComparer.Ordinal) { [option] = value });

    public void Dispose() => Store.Dispose();

    /// <summary>The option `--method` of a command.</summary>
    public static Setting<string> MethodSetting(string command) =>
        Setting.Text($"{command}.method", "--method", "METHOD", "How to attribute", "data/trak", () => MethodsCommand.Catalog().Methods.Select(method => method.Name));

    /// <summary>The option `--ensemble` of a command.</summary>
    public static Setting<int> EnsembleSetting(string command) =>
        Setting.Int32($"{command}.ensemble", "--ensemble", "C", "Models on random halves of the training examples to look at instead of the run's own", 0, 0, 10_000);

    /// <summary>The option `--train` of a command.</summary>
    public static Setting<string> TrainSetting(string command) =>
        Setting.Text($"{command}.train", "--train", "SPLIT:FROM-TO", "Training examples to look at (default those the run was trained on)");
}
