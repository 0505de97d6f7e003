using System.Text.Json.Nodes;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Training;
using Tessar.Training.Retraining;

namespace Tessar.Tests.Runs;

/// <summary>Runs whose input was written in two parts, the pictures' size at the top, their normalisation below.</summary>
public sealed class EarlierRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_of_an_earlier_form_opens_and_finds_what_was_computed_for_it(int schema)
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        Predictions before = SmallRuns.Predict(run, run.TestSet(store));
        Rewrite(Path.Combine(run.Directory, "run.json"), schema);
        Encode(Path.Combine(before.Directory, "result.json"));

        Run again = Run.Open(run.Directory);
        Assert.Equal(schema, again.Record.Schema);
        Assert.Equal(run.Record.Program, again.Record.Program);
        Predictions found = Predictions.TryOpen(again, "test")!;
        Assert.Equal((before.Directory, run.Record.Program.Input), (found.Directory, found.Record.Input));
        SmallRuns.Predict(again, again.TestSet(store), _ => Assert.Fail("Predictions were computed again."));
        Assert.All(ResultCatalog.Of(again), result => Assert.Equal((null, null), (result.Staleness, result.Error)));
        Assert.True(Trainer.Replay(again, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
    }

    [Fact]
    public void Training_of_an_earlier_form_is_resumed_to_the_same_bits_and_recorded_in_the_present_one()
    {
        Run whole = SmallRuns.Train(SmallRuns.Request(_folder, "whole"));
        Run part = SmallRuns.Interrupt(SmallRuns.Request(_folder, "part"), 5);
        Rewrite(Path.Combine(part.Directory, "run.json"), 2);
        Run resumed = SmallRuns.Resume(Run.Open(part.Directory));
        Assert.Equal(whole.Checkpoints[^1].Sha256, resumed.Checkpoints[^1].Sha256);
        Assert.Null(Read(Path.Combine(part.Directory, "run.json"))["image"]);
    }

    [Fact]
    public void Retraining_of_an_earlier_form_goes_on()
    {
        RetrainingRequest request = Request(2);
        RetrainedModels before = Retrain(request);
        float[] outputs = before.ReadOutputs();
        string path = Path.Combine(request.Directory, RetrainingJson.FileName);
        Rewrite(path, 1);
        Assert.Equal(1, RetrainingJson.Read(path).Schema);
        Assert.Equal(outputs, Retrain(request).ReadOutputs());
        Assert.Equal(outputs, Retrain(Request(3)).ReadOutputs()[..outputs.Length]);
    }

    // The name of the folder is a hash of this text: were it another, everything retrained before would be trained anew.
    [Fact]
    public void Text_that_retrainings_are_called_after_has_the_form_it_always_had()
    {
        RetrainingRequest request = Request(2);
        string text = RetrainingJson.Text(new RetrainingIdentity(
            request.Program, request.Masks.Rule, 100, request.Seed, 1, request.Output, KeepsWeights: false));
        JsonObject root = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(
            ["program", "rule", "examples", "seed", "repeats", "output", "keepsWeights"], root.Select(member => member.Key));
        var input = (ImageInput)request.Program.Input;
        string mean = JsonValue.Create(input.Normalization.Mean[0]).ToJsonString();
        string std = JsonValue.Create(input.Normalization.Std[0]).ToJsonString();
        Assert.Contains(
            $"\n    \"input\": {{\n      \"mean\": [\n        {mean}\n      ],\n"
                + $"      \"std\": [\n        {std}\n      ]\n    }},\n",
            text, StringComparison.Ordinal);
    }

    private RetrainingRequest Request(int masks) => Retrainings.Plan(
        SmallRuns.Request(_folder), ExampleMasks.Parse("half", masks, 100, seed: 1), _folder.File("retrained"));

    private static RetrainedModels Retrain(RetrainingRequest request) =>
        new InProcessRetrainer().Retrain(request, progress: null, TestContext.Current.CancellationToken);

    private static JsonObject Read(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsObject();

    /// <summary>Writes a run or retraining as it was before inputs had kinds; schema 1 of a run has no checksum.</summary>
    private static void Rewrite(string path, int schema)
    {
        JsonObject root = Read(path);
        JsonObject input = root["program"]!["input"]!.AsObject();
        Assert.Equal("picture", input["kind"]!.GetValue<string>());
        root["image"] = new JsonObject
        {
            ["height"] = input["height"]!.DeepClone(), ["width"] = input["width"]!.DeepClone(),
            ["channels"] = input["channels"]!.DeepClone(),
        };
        root["program"]!["input"] = Encoding(input);
        root["schema"] = schema;
        root.Remove("checksum");
        bool isRun = Path.GetFileName(path) == "run.json";
        if (isRun && schema == 1)
        {
            root.Remove("identity");
            root.Remove("metrics");
            File.WriteAllText(path, root.ToJsonString());
            return;
        }

        SealedJson.Write(path, root.ToJsonString());
    }

    private static void Encode(string path)
    {
        JsonObject root = Read(path);
        root.Remove("checksum");
        root["input"] = Encoding(root["input"]!.AsObject());
        SealedJson.Write(path, root.ToJsonString());
    }

    private static JsonObject Encoding(JsonObject input) =>
        new() { ["mean"] = input["mean"]!.DeepClone(), ["std"] = input["std"]!.DeepClone() };
}
