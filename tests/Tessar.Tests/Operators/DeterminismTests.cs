using Tessar.Operators;
using Tessar.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

public sealed class DeterminismTests : IDisposable
{
    private const int Examples = 9;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public DeterminismTests()
    {
        random.manual_seed(2);
        _x = randn(Examples, 4, dtype: ScalarType.Float64);
        _y = randint(0, 3, [Examples], dtype: ScalarType.Int64);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_loader_that_shuffles_is_named()
    {
        using nn.Module<Tensor, Tensor> model = Model(nn.Identity());
        var shuffled = new LossExamples(Examples, numbers =>
        {
            Tensor any = randint(0, Examples, [numbers.Length], dtype: ScalarType.Int64);
            return (_x.index_select(0, any), _y.index_select(0, any));
        });
        TessarException e = Fails(new GaussNewtonOperator(Loss(model, shuffled)));
        Assert.Contains("GaussNewtonOperator isn't one matrix: multiplied twice with one vector", e.Message,
            StringComparison.Ordinal);
        Assert.Contains("examples 0 to 3 come with other inputs or targets. The usual cause is a loader that shuffles", e
            .Message, StringComparison.Ordinal);
    }

    // Dropout that is written into the forward pass and knows no evaluation mode.
    [Fact]
    public void Dropout_that_ignores_the_mode_is_named()
    {
        using nn.Module<Tensor, Tensor> model = Model(new AlwaysDropping());
        Assert.Contains("The usual cause is dropout in training mode", Fails(new HessianOperator(Loss(model))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Dropout_and_batch_norm_left_in_training_mode_do_not_matter_and_stay_as_they_were()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("one", nn.Linear(4, 3)), ("norm", nn.BatchNorm1d(3)), ("drop", nn.Dropout(0.5)),
                ("two", nn.Linear(3, 3))).to(ScalarType.Float64);
        model.train();
        model.children().First().eval();
        Tensor[] before = [.. model.state_dict().Values.Select(value => value.clone())];
        new HessianOperator(Loss(model)).CheckDeterminism();
        Assert.Equal([false, true, true, true], model.children().Select(child => child.training));
        Assert.All(model.state_dict().Values.Zip(before), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void Batch_norm_without_running_statistics_is_named()
    {
        using nn.Module<Tensor, Tensor> model = Model(nn.BatchNorm1d(3, track_running_stats: false));
        TessarException e = Fails(new GaussNewtonOperator(Loss(model)));
        Assert.Contains("The usual cause is batch norm in training mode (middle has no running statistics)", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_changes_its_inputs_is_named()
    {
        using nn.Module<Tensor, Tensor> model = Model(nn.Identity());
        using nn.Module<Tensor, Tensor> greedy = nn.Sequential(("halve", new Halves()), ("rest", model));
        Assert.Contains("changes its inputs in place", Fails(new GaussNewtonOperator(Loss(greedy))).Message,
            StringComparison.Ordinal);
    }

    // The part at fault speaks, however deep it is.
    [Fact]
    public void A_composed_operator_names_the_part_at_fault()
    {
        using nn.Module<Tensor, Tensor> model = Model(new AlwaysDropping());
        LinearOperator inside = new HessianOperator(Loss(model));
        LinearOperator outside = 2 * inside.Damped(1) + new IdentityOperator(inside.Size, ScalarType.Float64);
        Assert.StartsWith("HessianOperator isn't one matrix", Fails(outside).Message, StringComparison.Ordinal);
    }

    // Ghost batches: the batch size is part of the matrix, and running statistics stay what they were.
    [Fact]
    public void Batch_statistics_are_those_of_a_model_in_training_mode()
    {
        using nn.Module<Tensor, Tensor> model = Model(nn.BatchNorm1d(3));
        var norm = (BatchNorm1d)((Sequential)model)[1];
        Tensor mean = norm.running_mean!.clone(), variance = norm.running_var!.clone(), seen = norm.num_batches_tracked!.clone();
        var settings = new LossOperatorSettings { BatchNorm = BatchNormMode.BatchStatistics, BatchSize = Examples };
        ModelLoss whole = Loss(model, settings: settings), ghosts = Loss(model, settings: settings with { BatchSize = 3 });
        Tensor found = new HessianOperator(whole).ToDense();
        new HessianOperator(ghosts).CheckDeterminism();
        Assert.True((found - new HessianOperator(ghosts).ToDense()).abs().max().item<double>() > 1e-3);
        Assert.True(norm.running_mean!.Equals(mean) && norm.running_var!.Equals(variance)
            && norm.num_batches_tracked!.Equals(seen));
        model.train();
        Tensor gradient = ParameterVector.Join(Tessar.Autograd.Gradient.Of(
            nn.functional.cross_entropy(model.call(_x), _y), whole.Parameters.Tensors, differentiable: true));
        Tensor expected = stack([.. Enumerable.Range(0, (int)whole.Parameters.Size)
            .Select(j => ParameterVector.Join(Tessar.Autograd.Gradient.OfKeepingGraph(gradient[j], whole.Parameters.Tensors)))]);
        Assert.InRange((found - expected).abs().max().item<double>(), 0, 1e-10 * expected.abs().max().item<double>());
    }

    [Theory]
    [InlineData(4, "9 examples in batches of 4 leave a batch of one, which batch norm layer middle can't take statistics of")]
    [InlineData(1, "in batches of 1 leave a batch of one")]
    public void A_batch_of_one_has_no_statistics(int batchSize, string part)
    {
        using nn.Module<Tensor, Tensor> model = Model(nn.BatchNorm1d(3));
        var settings = new LossOperatorSettings { BatchNorm = BatchNormMode.BatchStatistics, BatchSize = batchSize };
        Assert.Contains(part, Assert.Throws<ArgumentException>(() => Loss(model, settings: settings)).Message,
            StringComparison.Ordinal);
    }

    private static TessarException Fails(LinearOperator matrix)
    {
        TessarException e = Assert.Throws<TessarException>(() => matrix.CheckDeterminism());
        Assert.Equal(ErrorKind.InputData, e.Kind);
        return e;
    }

    private static nn.Module<Tensor, Tensor> Model(nn.Module<Tensor, Tensor> middle) =>
        nn.Sequential(("one", nn.Linear(4, 3)), ("middle", middle), ("two", nn.Linear(3, 3))).to(ScalarType.Float64);

    private ModelLoss Loss(nn.Module<Tensor, Tensor> model, LossExamples? examples = null,
        LossOperatorSettings? settings = null) => new(
        model, ParameterVector.Of(model), new SoftmaxCrossEntropy(), examples ?? LossExamples.Of(_x, _y),
            settings ?? new LossOperatorSettings { BatchSize = 4 });

    private sealed class AlwaysDropping() : nn.Module<Tensor, Tensor>(nameof(AlwaysDropping))
    {
        public override Tensor forward(Tensor input) => nn.functional.dropout(input, 0.5, training: true);
    }

    private sealed class Halves() : nn.Module<Tensor, Tensor>(nameof(Halves))
    {
        public override Tensor forward(Tensor input) => input.mul_(0.5).alias();
    }
}
