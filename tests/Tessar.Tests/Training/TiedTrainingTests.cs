using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Training;

public sealed class TiedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(typeof(HeadTakesWords))]
    [InlineData(typeof(WordsTakeHead))]
    [InlineData(typeof(TiedLayers))]
    [InlineData(typeof(WordsAsOutput))]
    public void Step_of_gradient_descent_moves_tied_weights_once_by_the_whole_gradient(Type model)
    {
        Run run = SmallRuns.Train(Request(model, "sgd") with
        {
            Optimizer = "sgd",
            OptimizerSettings = Numbers(("momentum", 0), ("weightDecay", 0)),
            LearningRate = 0.5,
            Schedule = "constant",
            WarmupSteps = 0,
            Epochs = 1,
            BatchSize = 100,
            CheckpointEverySteps = 1,
        });
        using DisposeScope scope = NewDisposeScope();
        using ExampleStore store = run.OpenExamples();
        using nn.Module<Tensor, Tensor> before = run.BuildModel(), after = run.LoadModel();
        before.train();
        ExampleSet train = run.TrainSet(store);
        int[] all = [.. Enumerable.Range(0, train.Count)];
        Tensor loss = nn.functional.cross_entropy(
            before.call(Batches.Inputs(train, all, run.Record.Program.Input)), Batches.Labels(train, all));
        IReadOnlyList<DistinctParameter> parameters = DistinctParameters.Of(before);
        Tensor[] gradients = Gradient.Of(loss, [.. parameters.Select(p => p.Value)]);
        Dictionary<string, Tensor> stepped = after.state_dict();
        for (int i = 0; i < parameters.Count; i++)
        {
            Tensor expected = parameters[i].Value.detach() - 0.5 * gradients[i];
            Assert.True((expected - stepped[parameters[i].Name].detach()).abs().max().ToDouble() < 1e-5, parameters[i].Name);
        }

        Assert.Equal(parameters.Sum(p => p.Value.numel()), run.Record.Program.Parameters);
    }

    [Fact]
    public void Both_directions_of_a_tie_have_the_same_parameters_and_both_names_in_checkpoints()
    {
        Run one = SmallRuns.Train(Request(typeof(HeadTakesWords), "one")), other = SmallRuns.Train(Request(
            typeof(WordsTakeHead), "other"));
        Assert.Equal((15, 15), (one.Record.Program.Parameters, other.Record.Program.Parameters));
        foreach (Run run in (Run[])[one, other])
        {
            using SafetensorsFile file = SafetensorsFile.Open(run.Checkpoints[^1].File);
            Assert.Equal(file.ReadSingles("tok.weight"), file.ReadSingles("head.weight"));
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("mezo-adam")]
    public void Interrupted_training_of_tied_weights_ends_in_the_same_bits(string optimizer)
    {
        TrainingRequest request = Request(typeof(HeadTakesWords), "whole") with { Optimizer = optimizer };
        Run whole = SmallRuns.Train(request);
        Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(request with { Name = "stopped" }, 5));
        Assert.Equal(whole.Checkpoints[^1].Sha256, resumed.Checkpoints[^1].Sha256);
        Assert.True(Trainer.Replay(whole, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
    }

    [Fact]
    public void Averaged_weights_of_tied_layers_stay_tied()
    {
        Run run = SmallRuns.Train(Request(typeof(TiedLayers), "ema") with { Ema = 0.9 });
        using SafetensorsFile file = SafetensorsFile.Open(run.Checkpoints[^1].File);
        Assert.Equal(file.ReadSingles("first.weight"), file.ReadSingles("second.weight"));
        Assert.True(Trainer.Replay(run, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
    }

    private TrainingRequest Request(Type model, string name) =>
        SmallRuns.Request(_folder, name) with { Model = $"{model.Assembly.Location}#{model.FullName}" };

    private static Dictionary<string, double> Numbers(params (string Name, double Value)[] pairs) =>
        pairs.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
}
