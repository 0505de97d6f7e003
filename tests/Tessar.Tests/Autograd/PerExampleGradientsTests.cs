using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Autograd;

public sealed class PerExampleGradientsTests
{
    public static TheoryData<string> Cases => [.. PerExampleCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rules_equal_one_backward_pass_per_example_in_double_precision(string name) =>
        Compare(name, ScalarType.Float64, 1e-10);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rules_equal_one_backward_pass_per_example_in_single_precision(string name) =>
        Compare(name, ScalarType.Float32, 1e-5);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sum_over_examples_is_the_ordinary_gradient(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module<Tensor, Tensor> model, Tensor input) = Make(name, ScalarType.Float64);
        using var gradients = new PerExampleGradients(model, input);
        Tensor perExample = gradients.Of(input, Direction);
        Tensor logits = model.call(input);
        Tensor[] whole = Gradient.Of(logits, [.. gradients.Captured.Select(slot => slot.Parameter)], Direction(logits.detach()));
        Tensor expected = cat([.. whole.Select(g => g.flatten())]);
        double error = (perExample.sum(0L) - expected).abs().max().item<double>();
        Assert.True(error <= 1e-10 * (1 + expected.abs().max().item<double>()), $"error {error}");
    }

    [Fact]
    public void Linear_layer_gives_the_outer_product_of_direction_and_input()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor> model = nn.Linear(2, 1).to(ScalarType.Float64);
        Tensor x = tensor(new double[,] { { 1, 2 }, { 3, 4 } });
        using var gradients = new PerExampleGradients(model, x);
        Tensor g = gradients.Of(x, logits => tensor(new double[,] { { 1 }, { 10 } }));
        Assert.Equal([1, 2, 1, 30, 40, 10], g.data<double>().ToArray());
    }

    [Fact]
    public void Unsupported_parameters_are_named_skipped_or_looped_as_asked()
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module<Tensor, Tensor> model, Tensor input) = Make("parameters without a rule", ScalarType.Float32);
        GradientException e = Assert.Throws<GradientException>(() =>
            new PerExampleGradients(model, input, UnsupportedParameters.Throw));
        Assert.Contains("p.weight", e.Message, StringComparison.Ordinal);
        using (var skipping = new PerExampleGradients(model, input, UnsupportedParameters.Skip))
        {
            Assert.Equal(["p.weight"], skipping.Unsupported);
            Assert.DoesNotContain(skipping.Captured, slot => slot.Name == "p.weight");
        }

        using var looping = new PerExampleGradients(model, input, UnsupportedParameters.LoopFallback);
        Assert.Equal(["p.weight"], looping.Unsupported);
        Assert.Contains(looping.Captured, slot => slot.Name == "p.weight");
    }

    [Fact]
    public void Batch_normalization_without_running_statistics_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("l", nn.Linear(5, 4)), ("n", nn.BatchNorm1d(4, track_running_stats: false)));
        GradientException e = Assert.Throws<GradientException>(() => new PerExampleGradients(model, randn(4, 5)));
        Assert.Contains("Layer n", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_is_given_back_as_it_was()
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module<Tensor, Tensor> model, Tensor input) = Make("frozen first layer", ScalarType.Float64);
        model.train();
        using (var gradients = new PerExampleGradients(model, input))
        {
            Assert.False(model.training);
            Assert.Equal(["a.weight", "a.bias"], gradients.Frozen);
            Assert.Equal(["o.weight", "o.bias"], gradients.Captured.Select(slot => slot.Name));
            Assert.Throws<InvalidOperationException>(() => gradients.Of(input, _ => throw new InvalidOperationException("user")));
        }

        Assert.True(model.training);
        Assert.Equal([false, false, true, true], model.parameters().Select(p => p.requires_grad));
        // A hook that had stayed would copy the output and record it.
        using var again = new PerExampleGradients(model, input);
        Assert.Equal(2, again.Captured.Count);
    }

    [Fact]
    public void Native_memory_balances()
    {
        (nn.Module<Tensor, Tensor> model, Tensor input) = Make("convolution, everything", ScalarType.Float32);
        GC.Collect(); // what other tests left to the collector mustn't go just now
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        using (var gradients = new PerExampleGradients(model, input))
        {
            for (int i = 0; i < 3; i++)
                gradients.Of(input, Direction).Dispose();
            gradients.OfByLoop(input, Direction).Dispose();
        }

        Assert.Equal(before, Tensor.TotalCount);
        model.Dispose();
        input.Dispose();
    }

    private static void Compare(string name, ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module<Tensor, Tensor> model, Tensor input) = Make(name, type);
        using var gradients = new PerExampleGradients(model, input);
        Tensor byRule = gradients.Of(input, Direction);
        Tensor byLoop = gradients.OfByLoop(input, Direction);
        Assert.Equal([input.shape[0], gradients.ParameterCount], byRule.shape);
        double error = (byRule - byLoop).abs().max().to_type(ScalarType.Float64).item<double>();
        double scale = byLoop.abs().max().to_type(ScalarType.Float64).item<double>();
        Assert.True(scale > 0, $"error {error}, largest gradient {scale}");
        Assert.True(error <= tolerance * scale, $"error {error}, largest gradient {scale}");
    }

    // A direction that differs between examples and classes and depends on the logits.
    private static Tensor Direction(Tensor logits) =>
        logits.softmax(1) + arange(logits.numel(), dtype: logits.dtype).reshape(logits.shape).sin();

    private static (nn.Module<Tensor, Tensor> Model, Tensor Input) Make(string name, ScalarType type)
    {
        PerExampleCase chosen = PerExampleCases.All.Single(c => c.Name == name);
        manual_seed(11);
        return (chosen.Make(type), chosen.Input(type));
    }
}
