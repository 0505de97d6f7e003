using System.Globalization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Training.Loading;

namespace Tessar.Training;

/// <summary>A request with every default filled in, and the data it is about.</summary>
/// <param name="Model">The architecture.</param>
/// <param name="Train">The examples to train on, chosen by the mask if there is one.</param>
/// <param name="Test">The examples to test on.</param>
/// <param name="Labels">Edited labels, or null.</param>
/// <param name="Program">What the run's record will say.</param>
internal sealed record TrainingPlan(
    ModelSource Model, ExampleSet Train, ExampleSet Test, LabelOverlay? Labels, TrainingProgram Program)
{
    private const int Most = 1_000_000;

    /// <summary>What is trained for.</summary>
    public required ITask Task { get; init; }

    /// <summary>Checks a request and fills in the defaults. Doesn't load libtorch.</summary>
    /// <param name="request">The request.</param>
    /// <param name="store">Its data.</param>
    /// <exception cref="TessarException">The request can't be carried out; every violation is named.</exception>
    public static TrainingPlan Of(TrainingRequest request, ExampleStore store)
    {
        ModelSource model = ModelSource.Parse(request.Model);
        ITask task = TaskOf(request, store);
        List<string> violations = [];
        Range(request.Epochs, 1, Most, nameof(request.Epochs), violations);
        Range(request.BatchSize, 1, Most, nameof(request.BatchSize), violations);
        Range(request.CheckpointEverySteps ?? 1, 1, int.MaxValue, nameof(request.CheckpointEverySteps), violations);
        Range(request.WarmupSteps ?? 0, 0, int.MaxValue, nameof(request.WarmupSteps), violations);
        if (request.Threads is { } threads && TorchThreads.Objection(threads, nameof(request.Threads)) is { } tooMany)
            violations.Add(tooMany);
        if (EpochCut.Objection(request.LastBatch) is { } unknown)
            violations.Add($"LastBatch is {unknown}; it has to be {string.Join(", ", EpochCut.Choices)}.");
        if (request.LabelErrors is not (>= 0 and <= 1))
            violations.Add(string.Create(
                CultureInfo.InvariantCulture, $"label-errors is {request.LabelErrors}; it has to lie in [0, 1]."));
        if (request is { Labels: not null, LabelErrors: not 0 })
            violations.Add("Changed labels and label-errors are both given; give one of them.");
        if (request.LabelSmoothing != 0 && !task.HasLabelSmoothing)
            violations.Add($"label-smoothing is given, but {task.Name} has no labels to smooth; leave it out.");
        if (request.LabelErrors != 0 && task is not IClassTask)
            violations.Add($"label-errors is given, but the targets of {task.Name} are no classes; leave it out.");
        ModelInput input = request.Input ?? ModelInput.Of(store);
        if ((input.Objection ?? input.MisfitOf(store)?.Message) is { } objection)
            violations.Add(objection);
        NamedSettings optimizer = OptimizerPlan.Resolve(request, model, violations);

        (NamedSettings? order, IReadOnlyList<NamedSettings>? augment) = LoadingProgram.Resolve(request, input, violations);

        LabelOverlay? labels = violations.Count == 0 ? LabelsOf(request, store) : null;
        ExampleSet range = ExampleSet.Parse(store, request.Train, labels), test = ExampleSet.Parse(store, request.Test, labels);
        ExampleSet train = request.Mask is null ? range : range.Select([.. request.Mask]);
        long total = EpochCut.Steps(train.Count, Math.Max(1, request.BatchSize), request.LastBatch) * request.Epochs;
        optimizer = OptimizerPlan.WarmUp(optimizer, request, total, violations);
        NamedSettings schedule = OptimizerPlan.Schedule(request, total, violations);
        if (violations.Count > 0)
            throw new TessarException(string.Join(' ', violations), ErrorKind.Usage);

        return new TrainingPlan(model, train, test, labels, new TrainingProgram
        {
            Model = model.Name,
            Parameters = 0,
            Data = DataReference.Of(request.Data, range, test),
            Input = input,
            Task = task.Name == TaskCatalog.Usual ? null : task.Name,
            Epochs = request.Epochs,
            BatchSize = request.BatchSize,
            LastBatch = request.LastBatch == EpochCut.Keep ? null : request.LastBatch,
            Seed = request.Seed,
            Order = order,
            Augment = augment,
            Optimizer = optimizer,
            Schedule = schedule,
            ClipNorm = request.ClipNorm,
            LabelSmoothing = request.LabelSmoothing == 0 ? null : request.LabelSmoothing,
            WeightDecayOn = request.WeightDecayOn == TrainingProgram.DecayAll ? null : request.WeightDecayOn,
            WeightAverage = OptimizerPlan.Average(request),
            CheckpointEverySteps = request.CheckpointEverySteps,
            Labels = labels is null ? null : new LabelsReference(
                RunWriter.LabelsFile, labels.Split, labels.Fraction, labels.Seed, labels.Edits.Count),
            Mask = request.Mask is null ? null : MaskFile.Describe([.. request.Mask], range.Count),
        })
        {
            Task = task,
        };
    }

    /// <summary>What writes the mask into a run's folder; null without a mask.</summary>
    public Action<string>? KeepMask(IReadOnlyList<int>? mask)
    {
        if (mask is null)
            return null;
        int examples = ExampleSet.Parse(Train.Store, Program.Data.Train).Count;
        return directory => MaskFile.Save(directory, [.. mask], examples);
    }

    private static ITask TaskOf(TrainingRequest request, ExampleStore store) =>
        TaskCatalog.Objection(request.Task) is { } objection
            ? throw new TessarException(objection, ErrorKind.Usage)
            : TaskCatalog.Of(request.Task, store);

    private static LabelOverlay? LabelsOf(TrainingRequest request, ExampleStore store)
    {
        if (request.Labels is not null || request.LabelErrors == 0)
            return request.Labels;
        string split = ExampleSet.Parse(store, request.Train).Split;
        return LabelOverlay.Plant(store, split, request.LabelErrors, request.LabelErrorSeed ?? request.Seed);
    }

    private static void Range(int value, int min, int max, string name, List<string> violations)
    {
        if (value < min || value > max)
            violations.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it has to lie in [{min}, {max}]."));
    }
}
