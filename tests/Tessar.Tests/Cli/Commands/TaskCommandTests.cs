using System.Text.Json;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Cli.Commands;

/// <summary>A task of this assembly, used through the program: nothing outside of its one file knows it.</summary>
public sealed class TaskCommandTests : IClassFixture<TaskCommandTests.Fixture>
{
    private readonly Tool _tool;

    public TaskCommandTests(Fixture fixture)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        _tool = fixture.Tool;
    }

    [Fact]
    public void A_run_records_its_task_and_every_command_takes_it_from_there()
    {
        JsonElement shown = _tool.Json("show", "toy");
        Assert.Equal("toy/least-squares", shown.GetProperty("record").GetProperty("program").GetProperty("task").GetString());
        double loss = shown.GetProperty("record").GetProperty("final").GetProperty("testLoss").GetDouble();
        Assert.InRange(loss, 1e-3, 1);
        Assert.Contains("Task", _tool.Run("show", "toy").Output, StringComparison.Ordinal);
        Assert.Contains("toy/least-squares", _tool.Run("show", "toy").Output, StringComparison.Ordinal);
        Assert.True(_tool.Json("replay", "toy").GetProperty("bitEqual").GetBoolean());

        JsonElement predicted = _tool.Json("predict", "toy", "--targets", "test");
        Assert.Equal(loss, predicted.GetProperty("loss").GetDouble(), 1e-12);
        using var outputs = SafetensorsFile.Open(predicted.GetProperty("outputs").GetString()!);
        using var store = Run.Open(_tool.File("runs/toy")).OpenExamples();
        var set = ExampleSet.Parse(store, "test");
        float[] f = outputs.ReadSingles("logits");
        double expected = Enumerable.Range(0, set.Count).Average(i => Enumerable.Range(0, 3)
            .Sum(c => Math.Pow(f[3 * i + c] - (set.Label(i) == c ? 1 : 0), 2)) / 2);
        Assert.Equal(expected, loss, 1e-9);
        Assert.Contains("as labelled", _tool.Run("predict", "toy", "--targets", "test").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data/trak", "negative-distance")]
    [InlineData("data/trak", "negative-distance", "projection=sketch", "projection-dimension=64")]
    [InlineData("data/trak", "negative-loss", "output=negative-loss")]
    [InlineData("data/grad-dot", "negative-loss")]
    [InlineData("data/grad-cos", "negative-loss")]
    [InlineData("data/tracin", "negative-distance")]
    [InlineData("data/ekfac", "negative-distance")]
    [InlineData("data/influence-cg", "negative-distance")]
    [InlineData("data/influence-explicit", "negative-distance")]
    [InlineData("data/logra", "negative-distance")]
    [InlineData("data/source", "negative-distance")]
    [InlineData("data/magic", "negative-distance")]
    [InlineData("data/representer-similarity", "logit")]
    public void Methods_explain_its_output(string method, string output, params string[] settings)
    {
        JsonElement result = _tool.Json(
            [
                "attribute", "toy", "--targets", "test:0-3", "--method", method,
                .. settings.SelectMany(set => new[] { "--set", set }),
            ]);
        Assert.Equal(output, result.GetProperty("output").GetString());
        float[] scores = Scores(result);
        Assert.Equal(100 * 4, scores.Length);
        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
        Assert.Contains(scores, score => score != 0);
    }

    // With f = Wx + b the gradient of ½‖f − e‖² is r xᵀ and r, r = f − e: its products are (r·r′)(x·x′ + 1).
    [Fact]
    public void Scores_of_a_linear_model_have_their_closed_form()
    {
        float[] scores = Scores(_tool.Json("attribute", "toy", "--targets", "test:0-3", "--method", "data/grad-dot"));
        Run run = Run.Open(_tool.File("runs/toy"));
        using ExampleStore store = run.OpenExamples();
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor r) = Of("train:0-99");
        (Tensor y, Tensor q) = Of("test:0-3");
        Tensor expected = r.mm(q.t()) * (x.mm(y.t()) + 1);
        Tensor found = tensor(scores).reshape(100, 4).to_type(ScalarType.Float64);
        Assert.InRange(((found - expected).abs().max() / expected.abs().max()).item<double>(), 0, 1e-5);

        (Tensor, Tensor) Of(string range)
        {
            var set = ExampleSet.Parse(store, range);
            int[] all = [.. Enumerable.Range(0, set.Count)];
            using nn.Module<Tensor, Tensor> model = run.LoadModel();
            Tensor inputs = Tessar.Inputs.Batches.Inputs(set, all, run.Record.Program.Input);
            Tensor outputs = model.call(inputs).detach().to_type(ScalarType.Float64);
            Tensor labels = tensor(all.Select(i => (long)set.Label(i)).ToArray());
            return (
                inputs.reshape(set.Count, -1).to_type(ScalarType.Float64),
                outputs - nn.functional.one_hot(labels, 3).to_type(ScalarType.Float64));
        }
    }

    [Fact]
    public void What_only_it_measures_is_logged_shown_and_predicted()
    {
        JsonElement shown = _tool.Json("show", "toy");
        double last = shown.GetProperty("record").GetProperty("final").GetProperty("others").GetProperty("test/distance")
            .GetDouble();
        Assert.InRange(last, 0.05, 2);
        JsonElement[] rows = [.. shown.GetProperty("metrics").EnumerateArray()];
        Assert.Equal(last, rows.Last(row => row.TryGetProperty("testLoss", out JsonElement loss)
            && loss.ValueKind == JsonValueKind.Number).GetProperty("others").GetProperty("test/distance").GetDouble());
        Assert.Contains(rows, row => row.TryGetProperty("others", out JsonElement others)
            && others.TryGetProperty("train/distance", out _));
        Assert.Contains("test/distance", _tool.Run("show", "toy").Output, StringComparison.Ordinal);
        JsonElement predicted = _tool.Json("predict", "toy", "--targets", "test");
        Assert.Equal(last, predicted.GetProperty("others").GetProperty("distance").GetDouble(), 1e-12);
    }

    private static float[] Scores(JsonElement result)
    {
        using var arrays = SafetensorsFile.Open(result.GetProperty("scores").GetString()!);
        return arrays.ReadSingles("scores");
    }

    [Fact]
    public void Trainings_on_subsets_in_other_processes_are_of_the_task_too()
    {
        JsonElement judged = _tool.AsProcess.Json(
            "evaluate", "lds", "toy", "--method", "data/trak", "--targets", "test:0-9", "--subsets", "8", "--seeds", "1");
        Assert.True(double.IsFinite(judged.GetProperty("lds").GetDouble()));
    }

    [Fact]
    public void Without_the_assembly_the_run_is_shown_and_what_needs_its_task_says_so()
    {
        Tool alone = _tool.AsProcess;
        string? before = alone.Environment["TESSAR_METHODS"];
        alone.Environment["TESSAR_METHODS"] = null;
        try
        {
            Assert.Equal("completed", alone.Json("show", "toy").GetProperty("status").GetString());
            string error = alone.Fails(3, "attribute", "toy", "--targets", "test:0", "--quiet");
            Assert.Contains("no task `toy/least-squares`", error, StringComparison.Ordinal);
            Assert.Contains("classification", error, StringComparison.Ordinal);
        }
        finally
        {
            alone.Environment["TESSAR_METHODS"] = before;
        }
    }

    [Theory]
    [InlineData("There is no task `clasification`. Did you mean `classification`?", "--task", "clasification")]
    [InlineData("toy/least-squares has no labels to smooth", "--task", "toy/least-squares", "--set", "label-smoothing=0.1")]
    public void What_cannot_be_trained_for_is_said(string words, params string[] arguments)
    {
        string error = _tool.Fails(
            2, ["train", "--model", "logistic", "--data", _tool.File("small.tess"), "--quiet", .. arguments]);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.File("runs/logistic-small-1")));
    }

    [Fact]
    public void The_usual_task_isnt_written_down()
    {
        _tool.Json(
            "train", "--model", "logistic", "--data", _tool.File("small.tess"), "--epochs", "1", "--name", "usual", "--task",
            "classification");
        JsonElement program = _tool.Json("show", "usual").GetProperty("record").GetProperty("program");
        Assert.False(program.TryGetProperty("task", out _));
        string error = _tool.Fails(2, "attribute", "usual,toy", "--targets", "test:0", "--quiet");
        Assert.Contains("the task is classification and toy/least-squares", error, StringComparison.Ordinal);
    }

    public sealed class Fixture : IDisposable
    {
        private readonly TemporaryFolder _data = new();

        public Fixture()
        {
            Tool = new Tool();
            Tool.Environment["TESSAR_METHODS"] = typeof(Toys.ToyLens).Assembly.Location;
            File.Copy(SmallData.Write(_data), Tool.File("small.tess"));
            Tool.Json(
                "train", "--model", "logistic", "--data", Tool.File("small.tess"), "--task", "toy/least-squares", "--epochs", "3",
                "--name", "toy", "--threads", "1", "--optimizer", "sgd", "--lr", "0.01");
        }

        internal Tool Tool { get; }

        public void Dispose()
        {
            Tool.Dispose();
            _data.Dispose();
        }
    }
}
