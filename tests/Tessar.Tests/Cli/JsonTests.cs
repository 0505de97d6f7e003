using System.Text.Json;
using Tessar.Examples;
using Tessar.Tensors;
using Tessar.Tests.Examples;
using Tessar.Tests.Processes;
using Tessar.Tests.Snapshots;

namespace Tessar.Tests.Cli;

/// <summary>What `--json` prints for each command: the approved files are the contract with scripts.</summary>
public sealed class JsonTests(SmallRunFixture runs)
{
    [Fact]
    public void Train() => Matches(runs.Tool.Json(
        "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-99", "--test", "test:0-9", "--epochs",
        "1", "--name", "json-train"));

    [Fact]
    public void Runs()
    {
        JsonElement result = runs.Tool.Json("runs");
        JsonElement small = result.GetProperty("runs").EnumerateArray()
            .Single(run => run.GetProperty("name").GetString() == "small");
        Assert.Equal(runs.Tool.File("runs"), result.GetProperty("folder").GetString());
        Matches(small);
    }

    [Fact]
    public void Show()
    {
        runs.Tool.Json(
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-99", "--test", "test:0-9",
            "--epochs", "2",
            "--label-errors", "0.05", "--name", "json-show");
        Matches(runs.Tool.Json("show", "json-show"));
    }

    [Fact]
    public void Replay()
    {
        runs.Tool.Json(
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-99", "--test", "test:0-9",
            "--epochs", "2",
            "--checkpoint-every", "2", "--name", "json-replay");
        JsonElement result = runs.Tool.Json("replay", "json-replay");
        Assert.True(result.GetProperty("bitEqual").GetBoolean());
        Matches(result);
    }

    [Fact]
    public void Retrain() => Matches(runs.Tool.Json(
        "retrain", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-99", "--test", "test:0-9",
        "--epochs", "1", "--masks", "half",
        "--count", "2", "--name", "json-retrain"));

    [Fact]
    public void Predict()
    {
        JsonElement result = runs.Tool.Json("predict", "small", "--targets", "test:0-9");
        using var file = SafetensorsFile.Open(result.GetProperty("outputs").GetString()!);
        Assert.Equal([10, 10], file.Entries.Single(entry => entry.Name == "logits").Shape);
        Matches(result);
    }

    [Fact]
    public void Attribute_by_trak_with_the_options_of_the_documentation()
    {
        JsonElement result = runs.Tool.Json(
            "attribute", "small", "--method", "data/trak", "--train", "train:0-149", "--targets", "test:0-4", "--top", "2",
            "--set", "projection-dimension=64", "--set", "damping=0.3");
        using var file = SafetensorsFile.Open(result.GetProperty("scores").GetString()!);
        Assert.Equal([150, 5], file.Entries.Single(entry => entry.Name == "scores").Shape);
        float[] scores = file.ReadSingles("scores");
        foreach (JsonElement target in result.GetProperty("targets").EnumerateArray())
        {
            float[] column = [.. Enumerable.Range(0, 150).Select(i => scores[(i * 5) + target.GetProperty("index").GetInt32()])];
            Assert.Equal(column.Max(), target.GetProperty("proponents")[0].GetProperty("score").GetSingle());
            Assert.Equal(column.Min(), target.GetProperty("opponents")[0].GetProperty("score").GetSingle());
        }
        Matches(result);
    }

    [Fact]
    public void Attribute_by_grad_dot() =>
        Matches(runs.Tool.Json("attribute", "small", "--method", "data/grad-dot", "--targets", "test:7", "--top", "1"));

    [Fact]
    public void Evaluate_mislabels() =>
        Matches(runs.Tool.Json("evaluate", "mislabels", "small", "--top", "2", "--set", "projection-dimension=64"));

    [Fact]
    public void Methods() => Matches(runs.Tool.Json("methods", "data/grad-dot"));

    [Fact]
    public void Examples_show() =>
        Matches(runs.Tool.Json("examples", "show", "fashion-mnist-mini", "--verify", "--picture", "sheet.png", "--count", "20"));

    [Fact]
    public void Examples_show_of_appended_and_compressed_examples()
    {
        RaggedStores.Write(runs.Tool.File("ragged.tess"), 12, 3);
        using (var appender = ExampleStoreAppender.Create(runs.Tool.File("ragged.tess"), [new StoreSplit("train", 0, 1)]))
        {
            appender.Append(RaggedStores.Row(15));
            appender.Finish();
        }

        Matches(runs.Tool.Json("examples", "show", "ragged.tess"));
    }

    [Fact]
    public void Examples_verify() => Matches(runs.Tool.Json("examples", "verify", "fashion-mnist-mini"));

    [Fact]
    public void Examples_import()
    {
        IdxSource.Write(runs.Tool.File("idx"));
        Matches(runs.Tool.Json("examples", "import", "idx", "--out", "made.tess", "--limit", "train=10"));
    }

    [Fact]
    public void Examples_export()
    {
        TestStores.Write(runs.Tool.File("small.tess"), 10, 5);
        Matches(runs.Tool.Json("examples", "export", "small.tess", "--format", "safetensors", "--out", "exported"));
    }

    [Fact]
    public void Import()
    {
        var weights = new SafetensorsWriter();
        weights.Add("fc1.weight", new float[7840], 10, 784);
        weights.Add("fc1.bias", new float[10], 10);
        weights.Save(runs.Tool.File("w.safetensors"));
        JsonElement result = runs.Tool.Json(
            "import", "--weights", "w.safetensors", "--model", "logistic", "--data", "fashion-mnist-mini", "--mean", "0.2860",
            "--std", "0.3530", "--name", "foreign");
        JsonElement input = runs.Tool.Json("show", "foreign").GetProperty("record").GetProperty("program").GetProperty("input");
        Assert.Equal((0.286f, 0.353f), (input.GetProperty("mean")[0].GetSingle(), input.GetProperty("std")[0].GetSingle()));
        Matches(result);
    }

    [Fact]
    public void Completion() => Matches(runs.Tool.Json("completion", "fish"));

    [Fact]
    public void Serve()
    {
        using ChildProcess serving = runs.Tool.Start("serve", "--port", "0", "--no-open", "--json");
        serving.WaitFor("}");
        Tool.Send("INT", serving);
        using JsonDocument printed = JsonDocument.Parse(serving.WaitForEnd().Output);
        JsonElement result = printed.RootElement;
        Uri url = new(result.GetProperty("url").GetString()!);
        Snapshot.Matches(
            JsonShape.Of(result, runs.Tool.Folder).Replace($":{url.Port}/", ":{port}/", StringComparison.Ordinal), "json");
    }

    private void Matches(JsonElement result, [System.Runtime.CompilerServices.CallerMemberName] string test = "") =>
        Snapshot.Matches(JsonShape.Of(result, runs.Tool.Folder), "json", test: test);
}
