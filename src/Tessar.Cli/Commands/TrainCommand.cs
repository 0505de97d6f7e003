using System.CommandLine;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Runs;
using Tessar.Training;

namespace Tessar.Cli.Commands;

/// <summary>Trains a model into a recorded run, or goes on with one.</summary>
internal sealed class TrainCommand : TessarCommand
{
    private readonly TrainingSettings _settings;
    private readonly Setting<int> _checkpointEvery;
    private readonly Option<string> _mask;
    private readonly Option<string> _name;
    private readonly Option<string> _resume;

    public TrainCommand()
        : base("train", "Trains a model and records the run", CommandTable.RunGroup)
    {
        _settings = new TrainingSettings(this, "train");
        _checkpointEvery = Add(Setting.Int32(
            "train.checkpoint-every", "--checkpoint-every", "STEPS", "Updates between two checkpoints", null, 1, int.MaxValue)
            .ByDefault("one checkpoint per epoch"));
        _mask = Add(new Option<string>("--mask")
        {
            Description = "Train on the examples that a row of 0 and 1 selects: the tensor masks of a safetensors file",
            HelpName = "FILE:ROW"
        });
        _name = Add(new Option<string>("--name")
        {
            Description = "Name of the run (default model, data and the next free number)",
            HelpName = "NAME"
        });
        _resume = Add(new Option<string>("--resume")
        {
            Description = "Go on with an interrupted run, to the same weights bit for bit",
            HelpName = "RUN"
        });
        _resume.CompletionSources.Add(context =>
            RunCompletion.Names(context.ParseResult).Select(run => new System.CommandLine.Completions.CompletionItem(run)));
        AddSet("Any key below, such as optimizer.weight-decay=0.05");
        AddExample("train --model cnn --data fashion-mnist-mini", "Five epochs on the data that come with Tessar");
        AddExample(
            "train --model mlp --data mine.tess --epochs 20 --optimizer sgd --lr 0.05 --set optimizer.momentum=0.9 --name first",
            "With another optimiser, under a name");
        AddExample("train --model my.dll#My.Net --data mine.tess", "A module of your own assembly");
        AddExample(
            "train --model cnn --data fashion-mnist-mini --set augment=flip,translate --set augment.translate.pad=3",
            "With pictures that are mirrored and moved at random");
        AddExample("train --resume first", "Go on after an interruption");
    }

    public override Type Result => typeof(TrainJson);

    protected override int Execute(Invocation call)
    {
        string? resumed = call.Value(_resume);
        if (resumed is not null
            && call.GivenOptions().Concat(call.GivenSeedAndThreads()).FirstOrDefault(option => option != "--resume") is { } other)
            throw new TessarException(
                $"`{other}` can't be given with --resume: the run's own program goes on. Leave it out.", ErrorKind.Usage);
        SortedSet<string> remarks = new(StringComparer.Ordinal);
        Run run = call.Progress.Run(progress => resumed is null
            ? Trainer.Train(Request(call), ProgressTranslation.Training(progress, remarks), call.Cancellation)
            : Trainer.Resume(
                Run.Open(RunCatalog.Resolve(resumed, call.Runs)), ProgressTranslation.Training(progress, remarks),
                call.Cancellation));
        foreach (string remark in remarks)
            call.Remark(remark);
        TrainJson result = TrainJson.Of(run);
        call.Print(result, JsonOutput.Printing.TrainJson, console => TrainText.Write(call, console, run));
        return run.Status == RunStatus.Interrupted ? ExitCode.Interrupted : ExitCode.Success;
    }

    private TrainingRequest Request(Invocation call)
    {
        TrainingRequest request = _settings.Request(call);
        return request with
        {
            Name = call.Value(_name),
            CheckpointEverySteps = call.TryValue(_checkpointEvery, out int every) ? every : null,
            Mask = call.Value(_mask) is { } row ? MaskOption.Read(row, request) : null,
        };
    }
}
