using System.CommandLine;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Training;

namespace Tessar.Cli.Commands;

/// <summary>Trains a model into a recorded run, or goes on with one.</summary>
internal sealed class TrainCommand : TessarCommand
{
    private readonly Setting<string> model;
    private readonly Setting<string> data;
    private readonly Setting<int> epochs;
    private readonly Setting<int> batch;
    private readonly Setting<string> trainRange;
    private readonly Setting<string> testRange;
    private readonly Setting<string> optimizer;
    private readonly Setting<double> learningRate;
    private readonly IReadOnlyDictionary<string, Setting<double>> optimizerNumbers;
    private readonly IReadOnlyDictionary<string, Setting<double>> scheduleNumbers;
    private readonly Setting<double> clipNorm;
    private readonly Setting<double> labelSmoothing;
    private readonly Setting<double> ema;
    private readonly Setting<string> weightDecayOn;
    private readonly Setting<string> schedule;
    private readonly Setting<int> warmup;
    private readonly Setting<int> checkpointEvery;
    private readonly Setting<double> labelErrors;
    private readonly Setting<ulong> labelErrorSeed;
    private readonly Setting<float[]> mean;
    private readonly Setting<float[]> std;
    private readonly Option<string> name;
    private readonly Option<string> resume;

    public TrainCommand()
        : base("train", "Trains a model and records the run", CommandTable.RunGroup)
    {
        model = Add(Setting.Text("train.model", "--model", "MODEL", "Architecture: logistic, mlp, cnn, resnet9, or your own as my.dll#My.Net", null, () => ModelSource.ZooNames));
        data = Add(Setting.Text("train.data", "--data", "DATA", "Data set: a .tess file or a name such as fashion-mnist-mini", null, () => DataCatalog.Names));
        epochs = Add(Setting.Int32("train.epochs", "--epochs", "N", "Passes over the training examples", 5, 1, 1_000_000));
        batch = Add(Setting.Int32("train.batch", "--batch", "N", "Examples per update", 64, 1, 1_000_000));
        optimizer = Add(Setting.Text("train.optimizer.name", "--optimizer", "NAME", "Optimiser: adamw, sgd, sf-adamw, sam, …; docs/optimizers.md has them all", "adamw", () => Trainer.OptimizerNames));
        learningRate = Add(Setting.Number("train.optimizer.learning-rate", "--lr", "X", "Highest learning rate", null, 0, 1e6, "the optimiser's own, fitted to the model"));
        schedule = Add(Setting.Text("train.schedule.name", "--schedule", "NAME", "How the learning rate changes: constant, cosine, linear, step or wsd", null, () => Trainer.ScheduleNames, "what the optimiser wants: cosine, or constant where it averages or has no gradient"));
        trainRange = Add(Setting.Text("train.train", "--train", "RANGE", "Examples to train on, such as train:0-1999", "train"));
        testRange = Add(Setting.Text("train.test", "--test", "RANGE", "Examples to test on after each epoch", "test"));
        labelErrors = Add(Setting.Number("train.label-errors.fraction", "--label-errors", "FRACTION", "Share of the training labels to replace by wrong ones; the data stay untouched", 0, 0, 1));
        checkpointEvery = Add(Setting.Int32("train.checkpoint-every", "--checkpoint-every", "STEPS", "Updates between two checkpoints", null, 1, int.MaxValue, "one checkpoint per epoch"));
        name = Add(new Option<string>("--name") { Description = "Name of the run (default model, data and the next free number)", HelpName = "NAME" });
        resume = Add(new Option<string>("--resume") { Description = "Go on with an interrupted run, to the same weights bit for bit", HelpName = "RUN" });
        resume.CompletionSources.Add(context => RunCompletion.Names(context.ParseResult).Select(run => new System.CommandLine.Completions.CompletionItem(run)));

        optimizerNumbers = AddAll(NumberSettings.OfOptimizers("train.optimizer"));
        scheduleNumbers = AddAll(NumberSettings.OfSchedules("train.schedule"));
        warmup = Add(Setting.Int32("train.schedule.warmup-steps", null, "N", "Updates over which the learning rate rises from zero", null, 0, int.MaxValue, "one in twenty, by schedule or optimiser; none without gradients"));
        clipNorm = Add(Setting.Number("train.clip-norm", null, "X", "Longest gradient that is taken as it is, over all parameters", null, 0, 1e6, "any length"));
        labelSmoothing = Add(Setting.Number("train.label-smoothing", null, "X", "Share of each label that is spread over all classes", 0, 0, 1));
        ema = Add(Setting.Number("train.ema", null, "X", "Decay of a moving average of the weights that is measured and kept instead of them", null, 0, 1, "no average"));
        weightDecayOn = Add(Setting.Text("train.weight-decay-on", null, "WHAT", "What weight decay acts on: all, or weights (not biases and norms)", "all"));
        labelErrorSeed = Add(Setting.UInt64("train.label-errors.seed", null, "N", "Decides which labels are replaced", null, "the run's seed"));
        mean = Add(Setting.Numbers("train.input.mean", null, "A,B,C", "Mean per channel that is subtracted, pixels from 0 to 1", "the training split's own"));
        std = Add(Setting.Numbers("train.input.std", null, "A,B,C", "Standard deviation per channel that is divided by", "the training split's own"));
        AddSet("Any key below, such as optimizer.weight-decay=0.05");
        AddExample("train --model cnn --data fashion-mnist-mini", "Five epochs on the data that come with Tessar");
        AddExample("train --model mlp --data mine.tess --epochs 20 --optimizer sgd --lr 0.05 --set optimizer.momentum=0.9 --name first", "With another optimiser, under a name");
        AddExample("train --model my.dll#My.Net --data mine.tess", "A module of your own assembly");
        AddExample("train --resume first", "Go on after an interruption");
    }

    public override Type Result => typeof(TrainJson);

    protected override int Execute(Invocation call)
    {
        string? resumed = call.Value(resume);
        if (resumed is not null && call.GivenOptions().FirstOrDefault(option => option != "--resume") is { } other)
            throw new TessarException($"`{other}` can't be given with --resume: the run's own program goes on. Leave it out.", ErrorKind.Usage);
        SortedSet<string> remarks = new(StringComparer.Ordinal);
        Run run = call.Progress.Run(progress => resumed is null
            ? Trainer.Train(Request(call), Translate.Training(progress, remarks), call.Cancellation)
            : Trainer.Resume(Run.Open(RunCatalog.Resolve(resumed, call.Runs)), Translate.Training(progress, remarks), call.Cancellation));
        foreach (string remark in remarks)
            call.Remark(remark);
        TrainJson result = TrainJson.Of(run);
        call.Print(result, JsonOutput.Printing.TrainJson, console => TrainText.Write(call, console, run));
        return run.Status == RunStatus.Interrupted ? ExitCode.Interrupted : ExitCode.Success;
    }

    private TrainingRequest Request(Invocation call)
    {
        using ExampleStore store = Data.Open(call, call.Value(data)); // converts with progress, if it has to be
        return new TrainingRequest
        {
            Model = call.Value(model),
            Data = call.Value(data),
            Name = call.Value(name),
            RunsDirectory = call.Runs,
            Train = call.Value(trainRange),
            Test = call.Value(testRange),
            Epochs = call.Value(epochs),
            BatchSize = call.Value(batch),
            Seed = call.Seed,
            Optimizer = call.Value(optimizer),
            LearningRate = call.TryValue(learningRate, out double rate) ? rate : null,
            OptimizerSettings = Numbers(call, optimizerNumbers),
            Schedule = call.TryValue(schedule, out string wanted) ? wanted : null,
            ScheduleSettings = Numbers(call, scheduleNumbers),
            ClipNorm = call.TryValue(clipNorm, out double longest) ? longest : null,
            LabelSmoothing = call.Value(labelSmoothing),
            Ema = call.TryValue(ema, out double decay) ? decay : null,
            WeightDecayOn = call.Value(weightDecayOn),
            WarmupSteps = call.TryValue(warmup, out int steps) ? steps : null,
            CheckpointEverySteps = call.TryValue(checkpointEvery, out int every) ? every : null,
            LabelErrors = call.Value(labelErrors),
            LabelErrorSeed = call.TryValue(labelErrorSeed, out ulong seed) ? seed : null,
            Input = Normalization(call, store),
            Threads = call.Threads,
        };
    }

    private IReadOnlyDictionary<string, Setting<double>> AddAll(IReadOnlyDictionary<string, Setting<double>> numbers)
    {
        foreach (Setting<double> number in numbers.Values)
            Add(number);
        return numbers;
    }

    private static Dictionary<string, double> Numbers(Invocation call, IReadOnlyDictionary<string, Setting<double>> settings) =>
        settings.Select(pair => (pair.Key, IsGiven: call.TryValue(pair.Value, out double number), Number: number))
            .Where(number => number.IsGiven)
            .ToDictionary(number => number.Key, number => number.Number, StringComparer.Ordinal);

    private InputNormalization? Normalization(Invocation call, ExampleStore store)
    {
        bool hasMean = call.TryValue(mean, out float[] means), hasStd = call.TryValue(std, out float[] deviations);
        if (!hasMean && !hasStd)
            return null;
        var own = InputNormalization.Of(store);
        return new InputNormalization(hasMean ? means : own.Mean, hasStd ? deviations : own.Std);
    }
}
