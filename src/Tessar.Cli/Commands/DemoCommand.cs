using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Training;
using Tessar.Web;

namespace Tessar.Cli.Commands;

/// <summary>The main job from beginning to end: train, find planted label errors, explain mistakes, open the workbench.</summary>
internal sealed class DemoCommand : TessarCommand
{
    private const string DataSet = "fashion-mnist-mini";
    private const string Method = "data/trak";
    private const double PlantedFraction = 0.05;
    private const int Epochs = 5;
    private const int SuspectsShown = 10;
    private const int MistakesShown = 2;
    private const int InfluencesKept = 10;

    private readonly Setting<int> _port;
    private readonly Option<bool> _noOpen;

    public DemoCommand()
        : base(
            "demo", "Trains on real images, finds the wrong labels, explains a mistake, opens the workbench",
            CommandTable.StartHere)
    {
        _port = Add(Setting.Int32(
            "demo.port", "--port", "N", "Port of the workbench; 0 takes any free one", WorkbenchOptions.DefaultPort, 0, 65535));
        _noOpen = Add(new Option<bool>("--no-open") { Description = "Don't open the workbench; end when the work is done" });
        AddExample("demo", "About a minute of work, then the workbench in the browser until Ctrl-C");
        AddExample("demo --no-open --json", "The figures, for a script");
    }

    public override Type Result => typeof(DemoJson);

    protected override int Execute(Invocation call)
    {
        Run run = Train(call);
        if (run.Status == RunStatus.Interrupted)
        {
            call.Remark(
                $"The demo stopped while training; {run.Name} is saved. Go on with: "
                    + $"{call.Suggest($"train --resume {run.Name}")}");
            return ExitCode.Interrupted;
        }
        // The exact kernel would be better, but not in seconds, and it leaves nothing on disk for the second question.
        var options = new Dictionary<string, string>(call.MethodOptions(Method), StringComparer.Ordinal);
        options.TryAdd("projection", "sketch");
        MethodJob attributing = JobFromCommand.Job(
            call, "data", Method, run.Directory, ("top", InfluencesKept), ("all", true)) with
        {
            Options = options,
            Targets = run.Record.Program.Data.Test,
        };
        long start = Stopwatch.GetTimestamp();
        MislabelsAnswer? suspects = null;
        // The features on disk serve both questions; they are computed once.
        JobFromCommand.Run(
            call,
            JobFromCommand.Job(call, "data/mislabels", Method, run.Directory, ("top", SuspectsShown)) with { Options = options },
            (_, found) =>
            suspects = found.Value<MislabelsAnswer>());
        return JobFromCommand.Run(call, attributing, (inquiry, found) =>
            Show(call, run, inquiry, suspects!, found.Value<AttributionAnswer>(), Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private void Show(
        Invocation call, Run run, Inquiry inquiry, MislabelsAnswer suspects, AttributionAnswer attribution, double seconds)
    {
        ExampleSet train = inquiry.Train(), test = inquiry.Targets();
        Misprediction[] mistakes = Misprediction.MostConfident(run, test, MistakesShown);
        string page = PageOf(run, test, mistakes);
        DemoJson result = DemoJson.Of(
            run, suspects, seconds,
            new Uri(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{call.Value(_port)}")), page));
        Tell(call, result, suspects, train, test, mistakes, attribution.Strongest);
        if (call.Value(_noOpen))
        {
            call.Print(result, JsonOutput.Printing.DemoJson, console => WriteNext(call, console.Profile.Out.Writer, result));
            return;
        }

        ServeCommand.Serve(call, ServeCommand.OptionsOf(call, call.Value(_port)), url =>
        {
            var address = new Uri(url, page);
            call.Print(result with { Url = address.ToString() }, JsonOutput.Printing.DemoJson, console =>
            {
                console.Profile.Out.Writer.WriteLine($"The run lies in {result.Directory}");
                console.Profile.Out.Writer.WriteLine($"The workbench shows it at {address}. Ctrl-C ends it.");
            });
            ServeCommand.OpenBrowser(call, address);
        });
    }

    private static Run Train(Invocation call)
    {
        using ExampleStore store = DataArgument.Open(call, DataSet);
        long examples = store.Split("train").Count;
        call.Say($"Fashion-MNIST, {Quantity.Count(examples)} small pictures of clothes in {store.ClassNames.Count} classes. "
            + $"We give {Quantity.Count((long)Math.Round(PlantedFraction * examples))} of them a wrong label on purpose, "
            + $"train a small convolutional network on all of them for {Epochs} epochs, and then ask which labels look wrong.");
        call.Say();
        var request = new TrainingRequest
        {
            Model = "cnn",
            Data = DataSet,
            Name = RunCatalog.FreeName("demo", call.Runs),
            RunsDirectory = call.Runs,
            Epochs = Epochs,
            Seed = call.Seed,
            LabelErrors = PlantedFraction,
            Threads = call.Threads,
        };
        return call.Progress.Run(progress => Trainer.Train(request, ProgressTranslation.Training(progress), call.Cancellation));
    }

    private static string PageOf(Run run, ExampleSet test, Misprediction[] mistakes)
    {
        int example = test.First + (mistakes.Length > 0 ? mistakes[0].Index : 0);
        return string.Create(CultureInfo.InvariantCulture, $"/r/{Uri.EscapeDataString(run.Name)}/example/{test.Split}/{example}");
    }

    private static void Tell(
        Invocation call, DemoJson result, MislabelsAnswer suspects, ExampleSet train, ExampleSet test, Misprediction[] mistakes,
        TopAttribution strongest)
    {
        call.Say();
        call.Say(
            $"It classifies {Quantity.Percent(result.TestAccuracy)} of the test pictures correctly, in spite of the wrong labels "
                + $"it was taught.");
        call.Say();
        Suspect[] shown = [.. suspects.MostSuspicious.Take(SuspicionStrip.Count(call.Style, train))];
        call.Say("Which labels look wrong? TRAK asks of each training picture how much it alone holds up its own label. "
            + $"The {shown.Length} most suspicious of {Quantity.Count(train.Count)}:");
        call.Say();
        call.Draw(SuspicionStrip.Lines(call.Style, train, shown));
        call.Say();
        call.Say(
            $"Of the {Quantity.Count(result.PlantedErrors)} planted errors {Found(result.FoundInFirst5Percent)} are among "
                + $"the first "
            + $"{Inspected(0.05)} and {Found(result.FoundInFirst10Percent)} among the first {Inspected(0.10)}. "
            + $"AUROC {Quantity.Number(result.Auroc)} (0.5 is guessing, 1 is perfect).");
        foreach (Misprediction mistake in mistakes)
        {
            TargetJson target = TargetJson.Of(strongest, mistake.Index, train, test);
            call.Say();
            call.Say(
                $"{target.Example} is labelled {target.Label}; the network says {mistake.Predicted}, "
                    + $"{Quantity.Percent(mistake.Probability)} sure. "
                + $"These training pictures pushed it away from {target.Label}, and those beneath pulled towards it:");
            call.Say();
            call.Draw(InfluenceStrip.Lines(call.Style, train, test, target));
        }
        call.Say();

        string Found(double fraction) => Quantity.Count((long)Math.Round(fraction * result.PlantedErrors));
        string Inspected(double fraction) => Quantity.Count((long)Math.Round(fraction * train.Count));
    }

    private static void WriteNext(Invocation call, TextWriter output, DemoJson result)
    {
        output.WriteLine($"The run lies in {result.Directory}");
        output.WriteLine("To go on:");
        output.WriteLine($"  {call.Suggest("serve")}");
        output.WriteLine($"      the workbench; this mistake is at {result.Url}");
        output.WriteLine($"  {call.Suggest($"show {result.Run}")}");
        output.WriteLine("      the run: program, accuracy, checkpoints, results");
        output.WriteLine($"  {call.Suggest($"attribute {result.Run} --targets test:0-9")}");
        output.WriteLine("      the training pictures behind ten more predictions");
    }
}
