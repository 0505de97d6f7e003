using System.CommandLine;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Tasks;

namespace Tessar.Cli.Commands;

/// <summary>Makes a run of weights that were trained elsewhere.</summary>
internal sealed class ImportCommand : TessarCommand
{
    private readonly Option<string> _weights;
    private readonly Setting<string> _model;
    private readonly Setting<string> _data;
    private readonly Setting<string> _trainRange;
    private readonly Setting<string> _testRange;
    private readonly Setting<float[]> _mean;
    private readonly Setting<float[]> _std;
    private readonly Setting<string> _task;
    private readonly Option<string> _name;
    private readonly Option<string[]> _stripPrefix;

    public ImportCommand()
        : base("import", "Makes a run of weights trained elsewhere, for instance in PyTorch", CommandTable.RunGroup)
    {
        _weights = Add(new Option<string>("--weights")
        {
            Description = "The weights, named and shaped as the model's parameters",
            HelpName = "FILE.safetensors",
            Required = true
        });
        _model = Add(Setting.Text(
            "import.model", "--model", "MODEL", "Architecture: logistic, mlp, cnn, resnet9, or your own as my.dll#My.Net", null,
            () => ModelSource.ZooNames));
        _data = Add(Setting.Text(
            "import.data", "--data", "DATA", "The data set they were trained on", null, () => DataCatalog.Names));
        _task = Add(Setting.Text(
            "import.task", "--task", "NAME", "What turned answers and labels into a loss", TaskCatalog.Usual,
            () => TaskCatalog.Names));
        _name = Add(new Option<string>("--name")
        {
            Description = "Name of the run (default the file's with a number)",
            HelpName = "NAME"
        });
        _mean = Add(Setting.Numbers(
            "import.mean", "--mean", "A,B,C", "Mean per channel that training subtracted, pixels from 0 to 1",
            "the training split's own"));
        _std = Add(Setting.Numbers(
            "import.std", "--std", "A,B,C", "Standard deviation per channel that training divided by",
            "the training split's own"));
        _trainRange = Add(Setting.Text("import.train", "--train", "RANGE", "The examples they were trained on", "train"));
        _testRange = Add(Setting.Text("import.test", "--test", "RANGE", "The examples to test them on", "test"));
        _stripPrefix = Add(new Option<string[]>("--strip-prefix")
        {
            Description = "What a wrapper put before every name of the weights, to be taken off; may be given several times",
            HelpName = "PREFIX",
            Arity = ArgumentArity.OneOrMore,
        });
        AddExample(
            "import --weights cnn.safetensors --model cnn --data fashion-mnist --mean 0.2860 --std 0.3530 --name foreign",
            "Weights written by PyTorch");
        AddExample(
            "import --weights ddp.safetensors --model cnn --data fashion-mnist --strip-prefix module.",
            "Weights of a model that was wrapped for several processes");
    }

    public override Type Result => typeof(TrainJson);

    public override GlobalUse Ignored => GlobalUse.Seed;

    protected override int Execute(Invocation call)
    {
        var request = new ImportRequest
        {
            Weights = call.Value(_weights)!,
            Model = call.Value(_model),
            Data = call.Value(_data),
            Task = call.Value(_task),
            Name = call.Value(_name),
            Mean = call.TryValue(_mean, out float[] means) ? means : null,
            Std = call.TryValue(_std, out float[] deviations) ? deviations : null,
            Train = call.Value(_trainRange),
            Test = call.Value(_testRange),
            StripPrefixes = call.Value(_stripPrefix) ?? [],
            RunsDirectory = call.Runs,
            Remark = call.Remark,
        };
        using (DataArgument.Open(call, request.Data))
        {
            // Converts the data with progress, if they have to be; importing opens them again at once.
        }
        TorchThreads.Set(call.Threads);
        Run run = call.Progress.Run(progress =>
            RunImporter.Import(request, ProgressTranslation.Predicting(progress, total: 0), call.Cancellation));
        call.Print(TrainJson.Of(run), JsonOutput.Printing.TrainJson, console => TrainText.Write(call, console, run));
        return ExitCode.Success;
    }
}
