using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Training;

namespace Tessar.Cli.Commands;

/// <summary>What a training can be told: the settings that <c>train</c> and <c>retrain</c> share.</summary>
internal sealed class TrainingSettings
{
    private readonly Setting<string> _model;
    private readonly Setting<string> _data;
    private readonly Setting<string> _task;
    private readonly Setting<int> _epochs;
    private readonly Setting<int> _batch;
    private readonly Setting<string> _lastBatch;
    private readonly Setting<string> _trainRange;
    private readonly Setting<string> _testRange;
    private readonly Setting<string> _optimizer;
    private readonly Setting<double> _learningRate;
    private readonly Setting<string[]> _augment;
    private readonly Setting<string> _order;
    private readonly IReadOnlyDictionary<string, Setting<double>> _augmentNumbers;
    private readonly IReadOnlyDictionary<string, Setting<double>> _orderNumbers;
    private readonly IReadOnlyDictionary<string, Setting<double>> _optimizerNumbers;
    private readonly IReadOnlyDictionary<string, Setting<double>> _scheduleNumbers;
    private readonly Setting<double> _clipNorm;
    private readonly Setting<double> _labelSmoothing;
    private readonly Setting<double> _ema;
    private readonly Setting<string> _weightDecayOn;
    private readonly Setting<string> _schedule;
    private readonly Setting<int> _warmup;
    private readonly Setting<double> _labelErrors;
    private readonly Setting<ulong> _labelErrorSeed;
    private readonly Setting<float[]> _mean;
    private readonly Setting<float[]> _std;

    /// <summary>Gives a command the settings, under keys that begin with its group.</summary>
    public TrainingSettings(TessarCommand command, string group)
    {
        _model = command.Add(Setting.Text(
            $"{group}.model", "--model", "MODEL", "Architecture: logistic, mlp, cnn, resnet9, or your own as my.dll#My.Net", null,
            () => ModelSource.ZooNames));
        _data = command.Add(Setting.Text(
            $"{group}.data", "--data", "DATA", "Data set: a .tess file or a name such as fashion-mnist-mini", null,
            () => DataCatalog.Names));
        _task = command.Add(Setting.Text(
            $"{group}.task", "--task", "NAME", "What turns answers and labels into a loss", TaskCatalog.Usual,
            () => Trainer.TaskNames));
        _epochs = command.Add(Setting.Int32(
            $"{group}.epochs", "--epochs", "N", "Passes over the training examples", 5, 1, 1_000_000));
        _batch = command.Add(Setting.Int32($"{group}.batch", "--batch", "N", "Examples per update", 64, 1, 1_000_000));
        _lastBatch = command.Add(Setting.Text(
            $"{group}.last-batch", "--last-batch", "WHAT",
            "An epoch's last batch where it is smaller: keep it, drop it, or merge it into the one before", "keep",
            () => ["keep", "drop", "merge"]));
        _optimizer = command.Add(Setting.Text(
            $"{group}.optimizer.name", "--optimizer", "NAME",
            "Optimiser: adamw, sgd, sf-adamw, sam, …; docs/optimizers.md has them all", "adamw", () => Trainer.OptimizerNames));
        _learningRate = command.Add(Setting.Number(
            $"{group}.optimizer.learning-rate", "--lr", "X", "Highest learning rate", null, 0, 1e6)
            .ByDefault("the optimiser's own, fitted to the model"));
        _schedule = command.Add(Setting.Text(
            $"{group}.schedule.name", "--schedule", "NAME",
            "How the learning rate changes: constant, cosine, linear, step or wsd", null, () => Trainer.ScheduleNames,
            "what the optimiser wants: cosine, or constant where it averages or has no gradient"));
        _trainRange = command.Add(Setting.Text(
            $"{group}.train", "--train", "RANGE", "Examples to train on, such as train:0-1999", "train"));
        _testRange = command.Add(Setting.Text(
            $"{group}.test", "--test", "RANGE", "Examples to test on after each epoch", "test"));
        _labelErrors = command.Add(Setting.Number(
            $"{group}.label-errors.fraction", "--label-errors", "FRACTION",
            "Share of the training labels to replace by wrong ones; the data stay untouched", 0, 0, 1));

        _optimizerNumbers = AddAll(command, NumberSettings.OfOptimizers($"{group}.optimizer"));
        _scheduleNumbers = AddAll(command, NumberSettings.OfSchedules($"{group}.schedule"));
        _warmup = command.Add(Setting.Int32(
            $"{group}.schedule.warmup-steps", null, "N", "Updates over which the learning rate rises from zero", null, 0,
            int.MaxValue)
            .ByDefault("one in twenty, by schedule or optimiser; none without gradients"));
        _order = command.Add(Setting.Text(
            $"{group}.order.name", null, "NAME", "Order of the examples: random, quasi-random or sequential", "random"));
        _orderNumbers = AddAll(command, NumberSettings.OfOrders($"{group}.order"));
        _augment = command.Add(Setting.Names(
            $"{group}.augment.names", "A,B",
            "What is done to the training pictures, such as flip,translate; docs/loader.md has all of it", "nothing"));
        _augmentNumbers = AddAll(command, NumberSettings.OfAugmentations($"{group}.augment"));
        _clipNorm = command.Add(Setting.Number(
            $"{group}.clip-norm", null, "X", "Longest gradient that is taken as it is, over all parameters", null, 0, 1e6)
            .ByDefault("any length"));
        _labelSmoothing = command.Add(Setting.Number(
            $"{group}.label-smoothing", null, "X", "Share of each label that is spread over all classes", 0, 0, 1));
        _ema = command.Add(Setting.Number(
            $"{group}.ema", null, "X", "Decay of a moving average of the weights that is measured and kept instead of them", null,
            0, 1)
            .ByDefault("no average"));
        _weightDecayOn = command.Add(Setting.Text(
            $"{group}.weight-decay-on", null, "WHAT", "What weight decay acts on: all, or weights (not biases and norms)",
            "all"));
        _labelErrorSeed = command.Add(Setting.UInt64(
            $"{group}.label-errors.seed", null, "N", "Decides which labels are replaced", null, "the run's seed"));
        _mean = command.Add(Setting.Numbers(
            $"{group}.input.mean", null, "A,B,C", "Mean per channel that is subtracted, pixels from 0 to 1",
            "the training split's own"));
        _std = command.Add(Setting.Numbers(
            $"{group}.input.std", null, "A,B,C", "Standard deviation per channel that is divided by",
            "the training split's own"));
    }

    /// <summary>Refuses what a call gives though it changes nothing in the training asked for.</summary>
    private void RefuseIgnored(Invocation call)
    {
        if (call.IsGiven(_labelErrorSeed) && call.Value(_labelErrors) == 0)
            throw new TessarException(
                $"`--set {_labelErrorSeed.Key}` has no effect without `--label-errors`; leave it out.", ErrorKind.Usage);
    }

    /// <summary>Where the data are.</summary>
    public Setting<string> Data => _data;

    /// <summary>The request that the invocation's values make; data in another form are converted first, with progress.</summary>
    public TrainingRequest Request(Invocation call)
    {
        RefuseIgnored(call);
        using ExampleStore store = Commands.DataArgument.Open(call, call.Value(_data)); // converts with progress, if it has to be
        return new TrainingRequest
        {
            Model = call.Value(_model),
            Data = call.Value(_data),
            Task = call.Value(_task),
            RunsDirectory = call.Runs,
            Train = call.Value(_trainRange),
            Test = call.Value(_testRange),
            Epochs = call.Value(_epochs),
            BatchSize = call.Value(_batch),
            LastBatch = call.Value(_lastBatch),
            Seed = call.Seed,
            Order = call.Value(_order),
            OrderSettings = Numbers(call, _orderNumbers),
            Augment = call.Value(_augment),
            AugmentSettings = Numbers(call, _augmentNumbers),
            Optimizer = call.Value(_optimizer),
            LearningRate = call.TryValue(_learningRate, out double rate) ? rate : null,
            OptimizerSettings = Numbers(call, _optimizerNumbers),
            Schedule = call.TryValue(_schedule, out string wanted) ? wanted : null,
            ScheduleSettings = Numbers(call, _scheduleNumbers),
            ClipNorm = call.TryValue(_clipNorm, out double longest) ? longest : null,
            LabelSmoothing = call.Value(_labelSmoothing),
            Ema = call.TryValue(_ema, out double decay) ? decay : null,
            WeightDecayOn = call.Value(_weightDecayOn),
            WarmupSteps = call.TryValue(_warmup, out int steps) ? steps : null,
            LabelErrors = call.Value(_labelErrors),
            LabelErrorSeed = call.TryValue(_labelErrorSeed, out ulong seed) ? seed : null,
            Input = Input(call, store),
            Threads = call.Threads,
        };
    }

    private static IReadOnlyDictionary<string, Setting<double>> AddAll(
        TessarCommand command, IReadOnlyDictionary<string, Setting<double>> numbers)
    {
        foreach (Setting<double> number in numbers.Values)
            command.Add(number);
        return numbers;
    }

    private static Dictionary<string, double> Numbers(Invocation call, IReadOnlyDictionary<string, Setting<double>> settings) =>
        settings.Select(pair => (pair.Key, IsGiven: call.TryValue(pair.Value, out double number), Number: number))
            .Where(number => number.IsGiven)
            .ToDictionary(number => number.Key, number => number.Number, StringComparer.Ordinal);

    private ModelInput? Input(Invocation call, ExampleStore store)
    {
        var encoding = new Dictionary<string, IReadOnlyList<float>>(StringComparer.Ordinal);
        if (call.TryValue(_mean, out float[] means))
            encoding.Add("mean", means);
        if (call.TryValue(_std, out float[] deviations))
            encoding.Add("std", deviations);
        return encoding.Count == 0 ? null : ModelInput.Of(store, encoding);
    }
}
