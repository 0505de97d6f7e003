using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Runs;

public sealed class PredictorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Logits_are_those_of_the_model()
    {
        SmallData.Write(_folder, train: 300);
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        ExampleSet targets = ExampleSet.Parse(store, "train:5-299");
        var seen = new List<long>();
        Predictions predictions = SmallRuns.Predict(run, targets, seen.Add);
        Assert.Equal([256, 295], seen);
        Assert.Equal((295, 3), (predictions.Count, predictions.Classes));
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = run.LoadModel();
        using var noGradient = no_grad();
        for (int i = 0; i < 295; i += 7)
        {
            float[] expected = model.call(Batches.Inputs(targets, [i], run.Record.Program.Input)).data<float>().ToArray();
            float[] found = predictions.Logits(i).ToArray();
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.Equal(Array.IndexOf(found, found.Max()), predictions.Predicted(i));
            Assert.Equal(1, predictions.Probabilities(i).Sum(), 1e-12);
        }
    }

    [Fact]
    public void Predictions_are_kept_and_found_again_until_something_changes()
    {
        Run run = SmallRuns.Train(_folder);
        Assert.Null(Predictions.TryOpen(run, "test:0-9"));
        using ExampleStore store = run.OpenExamples();
        Predictions computed = SmallRuns.Predict(run, ExampleSet.Parse(store, "test:0-9"));
        Predictions found = Predictions.TryOpen(run, "test:0-9")!;
        Assert.Equal(computed.Directory, found.Directory);
        Assert.StartsWith(
            Path.Combine(run.Directory, "results", "predictions", "test-0-9"), found.Directory, StringComparison.Ordinal);
        Assert.Equal(computed.Logits(9).ToArray(), found.Logits(9).ToArray());
        using (SafetensorsFile arrays = SafetensorsFile.Open(found.ArraysPath))
            Assert.Equal(computed.Logits(3).ToArray(), arrays.ReadSingles("logits")[9..12]);
        Assert.Equal(run.Checkpoints[^1].Sha256, Assert.Single(found.Record.Checkpoints).Sha256);
        Assert.Equal("checkpoints/step-00000014.safetensors", found.Record.Checkpoints[0].File);

        DateTime written = File.GetLastWriteTimeUtc(found.ArraysPath);
        SmallRuns.Predict(run, ExampleSet.Parse(store, "test:0-9"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(found.ArraysPath));
        Assert.Null(Predictions.TryOpen(run, "test:0-9", run.Checkpoints[0]));
    }

    [Fact]
    public void Trainer_leaves_the_predictions_of_its_test_set()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        Predictions predictions = Predictions.TryOpen(run, "test")!;
        (double loss, double accuracy) = predictions.Score(run.TestSet(store));
        Assert.Equal(run.Record.Final!.TestLoss, loss);
        Assert.Equal(run.Record.Final.TestAccuracy, accuracy);
        Assert.Throws<ArgumentException>(() => predictions.Score(run.TrainSet(store)));
    }

    [Fact]
    public void Damaged_predictions_are_refused_with_the_way_out()
    {
        Run run = SmallRuns.Train(_folder);
        Predictions predictions = Predictions.TryOpen(run, "test")!;
        byte[] arrays = File.ReadAllBytes(predictions.ArraysPath);
        File.WriteAllBytes(predictions.ArraysPath, arrays[..^1]);
        Assert.Throws<FileFormatException>(() => Predictions.TryOpen(run, "test"));
        File.WriteAllText(Path.Combine(predictions.Directory, "result.json"), "{}");
        Assert.Contains(
            "predict again", Assert.Throws<FileFormatException>(() => Predictions.TryOpen(run, "test")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_another_size_are_refused()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore other = ExampleStore.Open(SmallData.Write(_folder, side: 9, name: "larger.tess"));
        var error = Assert.Throws<TessarException>(() => SmallRuns.Predict(run, ExampleSet.Parse(other, "test")));
        Assert.Equal(ErrorKind.InputData, error.Kind);
    }

    [Fact]
    public void Prediction_can_be_canceled_and_then_leaves_nothing()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        Assert.Throws<OperationCanceledException>(
            () => Predictor.Predict(run, ExampleSet.Parse(store, "train"), cancellation: new CancellationToken(canceled: true)));
        Assert.False(Directory.Exists(Path.Combine(run.Directory, "results", "predictions", "train-0-99")));
    }

    [Fact]
    public void Answer_that_is_not_finite_names_the_example()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        using Module<Tensor, Tensor> model = run.LoadModel();
        using (no_grad())
        {
            foreach (Tensor parameter in model.parameters())
                parameter.fill_(1e30f);
        }

        var error = Assert.Throws<NumericalException>(
            () =>
                Predictor.Logits(
                    model, ExampleSet.Parse(store, "test:7-9"), run.Record.Program.Input, run.Task, progress: null,
                    CancellationToken.None));
        Assert.Contains("example 7 of `test`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predicting_leaves_no_tensors_behind()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        int last = 1;
        // Another range each time, or the second prediction would only be looked up.
        TensorBalance.HoldsButFor(parametersBuilt: 6, () => SmallRuns.Predict(run, new ExampleSet(store, "test", 0, ++last)));
    }

    [Fact]
    public void Loss_and_probabilities_follow_their_formulas_without_overflow()
    {
        Assert.Equal(Math.Log(1 + Math.Exp(-1)), LogitMath.CrossEntropy([2, 1], 0), 1e-15);
        Assert.Equal(Math.Log(3), LogitMath.CrossEntropy([5, 5, 5], 2), 1e-15);
        Assert.Equal(2e38, LogitMath.CrossEntropy([1e38f, -1e38f], 1), 1e31);
        Assert.Equal([1, 0], LogitMath.Softmax([3e38f, -3e38f]));
        Assert.Equal(0, LogitMath.ArgMax([7, 7, 7]));
    }
}
