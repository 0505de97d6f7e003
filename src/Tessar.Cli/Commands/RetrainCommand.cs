using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tensors;
using Tessar.Training;
using Tessar.Training.Retraining;

namespace Tessar.Cli.Commands;

/// <summary>Trains one program many times, on subsets of its examples, and keeps what each model answers.</summary>
internal sealed class RetrainCommand : TessarCommand
{
    private const int FailuresShown = 5;

    private readonly TrainingSettings _settings;
    private readonly Setting<string> _masks;
    private readonly Setting<int> _count;
    private readonly Setting<int> _repeats;
    private readonly Setting<string> _output;
    private readonly Setting<int> _workers;
    private readonly Setting<int> _workerThreads;
    private readonly Option<string> _name;
    private readonly Option<bool> _retryFailed;

    public RetrainCommand()
        : base(
            "retrain", "Trains one program many times, on subsets of its examples, and keeps what each model answers",
            CommandTable.RunGroup)
    {
        _masks = Add(Setting.Text(
            "retrain.masks", "--masks", "RULE",
            "What each training sees: half, exact:0.3, independent:0.3, all, or a safetensors file with `masks`", "half",
            () => ["half", "all", "exact:0.3", "independent:0.3"]));
        _count = Add(Setting.Int32(
            "retrain.count", "--count", "N", "Number of masks", null, 1, 10_000_000).ByDefault("100, or those of the file"));
        _repeats = Add(Setting.Int32(
            "retrain.repeats", "--repeats", "K", "Trainings of each mask, from different seeds", 1, 1, 1_000_000));
        _output = Add(Setting.Text(
            "retrain.output", "--output", "WHAT", "What is kept of each answer: margin, loss or logits", "margin",
            () => ["margin", "loss", "logits"]));
        _workers = Add(Setting.Int32("retrain.workers", "--workers", "N", "Processes at once", null, 1, 1024)
            .ByDefault("one a core"));
        _workerThreads = Add(Setting.Int32(
            "retrain.worker-threads", null, "N", "Threads of each process; other numbers give other last bits", 1, 1, 1024));
        _settings = new TrainingSettings(this, "retrain");
        _name = Add(new Option<string>("--name")
        {
            Description = "Folder of the results in the folder of the runs (default retrained-, model, and the next free number)",
            HelpName = "NAME"
        });
        _retryFailed = Add(new Option<bool>("--retry-failed") { Description = "Try trainings that failed before once more" });
        AddSet("Any key below, such as optimizer.weight-decay=0.05");
        AddExample(
            "retrain --model mlp --data fashion-mnist-mini --train train:0-4999 --epochs 50 --masks half --count 100 "
                + "--name halves", "A hundred models, each on half of 5,000 examples; the same line goes on after an "
                + "interruption");
        AddExample(
            "retrain --model logistic --data fashion-mnist-mini --masks all --count 10 --output logits",
            "Ten models that differ by their seeds");
    }

    public override Type Result => typeof(RetrainJson);

    protected override int Execute(Invocation call)
    {
        if (call.GivenSeedAndThreads().Contains("--threads", StringComparer.Ordinal))
            throw new TessarException(
                "`--threads` has no effect on `retrain`: each process has as many as `--set worker-threads=1` says. "
                    + "Leave it out.", ErrorKind.Usage);
        var watch = Stopwatch.StartNew();
        RetrainingRequest request = Request(call);
        var retrainer = new ProcessRetrainer(
            workers: call.TryValue(_workers, out int processes) ? processes : null, threads: call.Value(_workerThreads));
        RetrainedModels models = call.Progress.Run(progress =>
            retrainer.Retrain(request, ProgressTranslation.Retraining(progress), call.Cancellation));
        var result = RetrainJson.Of(models, MeanAccuracy(models), watch.Elapsed.TotalSeconds);
        call.Print(result, JsonOutput.Printing.RetrainJson, console => Write(console, models, result));
        return ExitCode.Success;
    }

    private RetrainingRequest Request(Invocation call)
    {
        TrainingRequest training = _settings.Request(call) with { Threads = call.Value(_workerThreads) };
        int examples;
        using (ExampleStore store = DataCatalog.Open(training.Data))
            examples = ExampleSet.Parse(store, training.Train).Count;
        string rule = call.Value(_masks);
        int wanted = call.TryValue(_count, out int number) ? number : File.Exists(rule) ? 0 : 100;
        string folder = call.Value(_name)
            ?? RunCatalog.FreeName($"retrained-{Path.GetFileNameWithoutExtension(training.Model.Split('#')[^1])}", call.Runs);
        RunNames.Check(folder);
        var chosen = ExampleMasks.Parse(rule, wanted, examples, training.Seed);
        return Retrainings.Plan(training, chosen, Path.Combine(call.Runs, folder)) with
        {
            Repeats = call.Value(_repeats),
            Output = OutputOf(call.Value(_output)),
            RetryFailed = call.Value(_retryFailed),
        };
    }

    private static RetrainingOutput OutputOf(string text) => text switch
    {
        "margin" => RetrainingOutput.Margin,
        "loss" => RetrainingOutput.Loss,
        "logits" => RetrainingOutput.Logits,
        _ => throw new TessarException($"`--output` is `{text}`; required is margin, loss or logits.", ErrorKind.Usage),
    };

    private static double? MeanAccuracy(RetrainedModels models)
    {
        using SafetensorsFile file = SafetensorsFile.Open(models.OutputsPath);
        double[] accuracies = [.. file.ReadDoubles("testAccuracy").Where(double.IsFinite)];
        return accuracies.Length > 0 ? accuracies.Average() : null;
    }

    private static void Write(IAnsiConsole console, RetrainedModels models, RetrainJson result)
    {
        string accuracy = result.TestAccuracy is { } mean ? $", test accuracy {Quantity.Percent(mean)} on average" : string.Empty;
        console.Line(
            $"{Quantity.Count(models.Count - models.Record.Failed.Count)} of {Quantity.Count(models.Count)} models "
                + $"trained{accuracy}, {Quantity.Seconds(result.Seconds)}.");
        foreach (FailedTraining failed in models.Record.Failed.Take(FailuresShown))
            console.Line($"Training {failed.Job} failed: {failed.Reason}");
        if (models.Record.Failed.Count > FailuresShown)
            console.Line(
                $"… and {Quantity.Count(models.Record.Failed.Count - FailuresShown)} more; all are in "
                    + $"{RetrainingJson.FileName}.");
        console.Line($"Masks:   {result.Masks}");
        console.Line($"Outputs: {result.Outputs}");
    }
}
