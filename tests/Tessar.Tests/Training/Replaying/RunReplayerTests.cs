using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Inputs;
using Tessar.Tests.Methods;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Replaying;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Replaying;

public sealed class RunReplayerTests : IDisposable
{
    private const long Budget = 1L << 30;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();
    private readonly ContractRun _data = new();

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    // Whole trainings in fp64 with one example's weight moved up and down.
    [Theory]
    [InlineData("sgd", 0.05, 0, 0.0)]
    [InlineData("sgd", 0.05, 0.9, 0.0)]
    [InlineData("sgd", 0.05, 0.9, 0.3)]
    [InlineData("adamw", 0.01, 0, 0.0)]
    [InlineData("adamw", 0.01, 0, 0.3)]
    [InlineData("adam", 0.01, 0, 0.0)]
    public void Derivatives_are_differences_of_whole_trainings(string optimizer, double rate, double momentum, double clip)
    {
        Run run = Train("run", request => request with
        {
            Optimizer = optimizer,
            LearningRate = rate,
            OptimizerSettings = optimizer == "sgd"
                ? new Dictionary<string, double>(StringComparer.Ordinal) { ["momentum"] = momentum, ["weightDecay"] = 0.01 }
                : new Dictionary<string, double>(StringComparer.Ordinal) { ["weightDecay"] = 0.05 },
            ClipNorm = clip > 0 ? clip : null,
            WeightDecayOn = "weights",
            LabelSmoothing = 0.1,
        });
        double[] weights = [.. Enumerable.Range(0, ContractRun.TrainCount).Select(i => 1 + 0.05 * Math.Sin(i))];
        TrajectoryDerivative derivative = RunReplayer.Differentiate(
            run, Margins, Budget, new ReplayNumerics(ScalarType.Float64, weights, 4), cancellation: Stop);
        Assert.Equal((2, 12L), (derivative.Outputs, derivative.Steps));
        double scale = derivative.Values.Max(Math.Abs);
        Assert.True(scale > 0);
        const double Step = 1e-4;
        foreach (int i in new[] { 0, 7, 19, 38 })
        {
            double[] above = At(i, Step), below = At(i, -Step);
            for (int k = 0; k < 2; k++)
                Assert.Equal((above[k] - below[k]) / (2 * Step), derivative.Values[i * 2 + k], 1e-5 * scale);
        }

        double[] At(int i, double step)
        {
            double[] moved = [.. weights];
            moved[i] += step;
            return RunReplayer.Reweigh(run, moved, Margins, ScalarType.Float64, cancellation: Stop);
        }
    }

    [Fact]
    public void Interval_of_kept_states_does_not_matter()
    {
        Run run = Train("run", request => request with { Optimizer = "adamw", LearningRate = 0.01 });
        double[] expected = RunReplayer.Differentiate(
            run, Margins, Budget, new ReplayNumerics(ScalarType.Float64, Interval: 1), cancellation: Stop).Values;
        foreach (int interval in new[] { 3, 5, 100 })
            Assert.Equal(
                expected,
                RunReplayer.Differentiate(
                    run, Margins, Budget, new ReplayNumerics(ScalarType.Float64, Interval: interval), cancellation: Stop).Values);
    }

    [Fact]
    public void Weights_of_one_are_the_recorded_run_bit_for_bit()
    {
        Run run = Train("run", request => request with { Optimizer = "adamw" });
        float[] replayed = new RunReplayer()
            .Reweigh(run, [.. Enumerable.Repeat(1f, ContractRun.TrainCount)], Margins, cancellation: Stop);
        using nn.Module<Tensor, Tensor> model = run.LoadModel();
        using Tensor expected = Margins(model).detach();
        Assert.Equal(expected.data<float>().ToArray(), replayed);
    }

    [Fact]
    public void A_weight_of_zero_is_an_example_whose_loss_is_left_out()
    {
        Run run = Train("run", request => request with { Optimizer = "sgd" });
        float[] weights = [.. Enumerable.Repeat(1f, ContractRun.TrainCount)];
        weights[3] = 0;
        float[] without = new RunReplayer().Reweigh(run, weights, Margins, cancellation: Stop);
        float[] with = new RunReplayer()
            .Reweigh(run, [.. Enumerable.Repeat(1f, ContractRun.TrainCount)], Margins, cancellation: Stop);
        Assert.NotEqual(with, without);
        Assert.Throws<ArgumentException>(() => new RunReplayer().Reweigh(run, [1f], Margins, cancellation: Stop));
    }

    [Fact]
    public void Single_precision_agrees_with_double_and_masks_keep_their_rows()
    {
        Run run = Train(
            "run", request => request with { Optimizer = "sgd", Mask = [.. Enumerable.Range(0, 30).Select(i => i + 5)] });
        TrajectoryDerivative single = new RunReplayer().Differentiate(run, Margins, Budget, cancellation: Stop);
        TrajectoryDerivative wide = RunReplayer.Differentiate(
            run, Margins, Budget, new ReplayNumerics(ScalarType.Float64), cancellation: Stop);
        Assert.Equal([.. Enumerable.Range(5, 30).Select(i => (long)i)], single.Rows);
        double scale = wide.Values.Max(Math.Abs);
        Assert.All(single.Values.Zip(wide.Values), pair => Assert.Equal(pair.Second, pair.First, 1e-3 * scale));
    }

    [Theory]
    [InlineData("signum", "signum")]
    [InlineData("average", "average")]
    [InlineData("norm", "running_mean")]
    [InlineData("forged", "bit for bit")]
    public void Runs_without_a_derivative_are_refused_with_the_reason(string what, string words)
    {
        Run run = Train("run", request => what switch
        {
            "signum" => request with { Optimizer = "signum" },
            "average" => request with { Ema = 0.9 },
            "norm" => request with { Model = typeof(WithNorm).Assembly.Location + "#" + typeof(WithNorm).FullName },
            _ => request,
        });
        if (what == "forged")
        {
            RunJson.Write(
                Path.Combine(run.Directory, RunJson.FileName),
                run.Record with { Program = run.Record.Program with { Seed = 77 } });
            run = Run.Open(run.Directory);
        }

        TessarException error = Assert.Throws<TessarException>(() =>
            new RunReplayer().Differentiate(run, Margins, Budget, cancellation: Stop));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void States_beyond_the_budget_are_refused_before_anything_is_done()
    {
        Run run = Train("run", request => request);
        TessarException error = Assert.Throws<TessarException>(() =>
            new RunReplayer().Differentiate(run, Margins, memoryBudget: 1000, cancellation: Stop));
        Assert.Contains("1,000", error.Message, StringComparison.Ordinal);
    }

    private Run Train(string name, Func<TrainingRequest, TrainingRequest> change) => SmallRuns.Train(change(new TrainingRequest
    {
        Model = TinyConvolution.Source,
        Data = _data.Store.Path,
        Name = name,
        RunsDirectory = _folder.File("runs"),
        Epochs = 3,
        BatchSize = 10,
        Optimizer = "sgd",
        LearningRate = 0.05,
        Threads = 1,
    }));

    private Tensor Margins(nn.Module<Tensor, Tensor> model)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = model.parameters().First().dtype;
        Tensor logits = model.call(Batches.Inputs(_data.Test, [0, 5], Images.Of(_data.Store.Image)).to_type(type));
        return (logits.select(1, 0) - logits.select(1, 1)).MoveToOuterDisposeScope();
    }
}
