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
    private readonly Dictionary<string, Setting<double>> optimizerNumbers;
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
        optimizer = Add(Setting.Text("train.optimizer.name", "--optimizer", "NAME", "Optimiser: adamw or sgd", "adamw", () => Trainer.OptimizerNames));
        learningRate = Add(Setting.Number("train.optimizer.learning-rate", "--lr", "X", "Highest learning rate", null, 0, 1e6, "the optimiser's own, fitted to the model"));
        schedule = Add(Setting.Text("train.schedule.name", "--schedule", "NAME", "How the learning rate changes: cosine or constant", "cosine", () => Trainer.ScheduleNames));
        trainRange = Add(Setting.Text("train.train", "--train", "RANGE", "Examples to train on, such as train:0-1999", "train"));
        testRange = Add(Setting.Text("train.test", "--test", "RANGE", "Examples to test on after each epoch", "test"));
        labelErrors = Add(Setting.Number("train.label-errors.fraction", "--label-errors", "FRACTION", "Share of the training labels to replace by wrong ones; the data stay untouched", 0, 0, 1));
        checkpointEvery = Add(Setting.Int32("train.checkpoint-every", "--checkpoint-every", "STEPS", "Updates between two checkpoints", null, 1, int.MaxValue, "one checkpoint per epoch"));
        name = Add(new Option<string>("--name") { Description = "Name of the run (default model, data and the next free number)", HelpName = "NAME" });
        resume = Add(new Option<string>("--resume") { Description = "Go on with an interrupted run, to the same weights bit for bit", HelpName = "RUN" });
        resume.CompletionSources.Add(context => RunCompletion.Names(context.ParseResult).Select(run => new System.CommandLine.Completions.CompletionItem(run)));

        optimizerNumbers = new Dictionary<string, Setting<double>>(StringComparer.Ordinal)
        {
            ["weightDecay"] = Add(Setting.Number("train.optimizer.weight-decay", null, "X", "Pull towards zero", null, 0, 1e6)),
            ["momentum"] = Add(Setting.Number("train.optimizer.momentum", null, "X", "Weight of earlier gradients, for sgd", null, 0, 1)),
            ["beta1"] = Add(Setting.Number("train.optimizer.beta1", null, "X", "Weight of earlier gradients, for adamw", null, 0, 1)),
            ["beta2"] = Add(Setting.Number("train.optimizer.beta2", null, "X", "Weight of earlier squared gradients, for adamw", null, 0, 1)),
            ["epsilon"] = Add(Setting.Number("train.optimizer.epsilon", null, "X", "Smallest divisor, for adamw", null, 0, 1)),
        };
        warmup = Add(Setting.Int32("train.schedule.warmup-steps", null, "N", "Updates over which the learning rate rises from zero", null, 0, int.MaxValue, "one in twenty"));
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
        Run run = call.Progress.Run(progress => resumed is null
            ? Trainer.Train(Request(call), Translate.Training(progress), call.Cancellation)
            : Trainer.Resume(Run.Open(RunCatalog.Resolve(resumed, call.Runs)), Translate.Training(progress), call.Cancellation));
        TrainJson result = TrainJson.Of(run);
        call.Print(result, JsonOutput.Printing.TrainJson, console => TrainText.Write(call, console, run));
        return run.Status == RunStatus.Interrupted ? ExitCode.Interrupted : ExitCode.Success;
    }

    private TrainingRequest Request(Invocation call)
    {
        using ExampleStore store = Data.Open(call, call.Value(data)); // converts with progress, if it has to be
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string key, Setting<double> setting) in optimizerNumbers)
        {
            if (call.TryValue(setting, out double number))
                numbers[key] = number;
        }
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
            OptimizerSettings = numbers,
            Schedule = call.Value(schedule),
            WarmupSteps = call.TryValue(warmup, out int steps) ? steps : null,
            CheckpointEverySteps = call.TryValue(checkpointEvery, out int every) ? every : null,
            LabelErrors = call.Value(labelErrors),
            LabelErrorSeed = call.TryValue(labelErrorSeed, out ulong seed) ? seed : null,
            Input = Normalization(call, store),
            Threads = call.Threads,
        };
    }

    private InputNormalization? Normalization(Invocation call, ExampleStore store)
    {
        bool hasMean = call.TryValue(mean, out float[] means), hasStd = call.TryValue(std, out float[] deviations);
        if (!hasMean && !hasStd)
            return null;
        var own = InputNormalization.Of(store);
        return new InputNormalization(hasMean ? means : own.Mean, hasStd ? deviations : own.Std);
    }
}
