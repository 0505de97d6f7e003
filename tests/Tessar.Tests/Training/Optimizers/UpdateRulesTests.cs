using Tessar.Runs;
using Tessar.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>What holds for any optimiser: clipping, projection, decay, gradients that are missing or broken.</summary>
public sealed class UpdateRulesTests
{
    public static TheoryData<string> WithGradients() =>
        [.. Optimizer.Choices.Names.Where(n => Optimizer.Choices.Describe(n).Backward > 0)];

    [Theory]
    [MemberData(nameof(WithGradients))]
    public void Gradient_stays_as_it_was_given(string name)
    {
        using var scope = NewDisposeScope();
        var w = new Parameter(arange(1, 5, float32));
        Tensor g = arange(2, 6, float32), kept = g.clone();
        using Optimizer optimizer = Making.Make(name, new TrainedParameters([("w", w)]) { ClipNorm = 0.1 }, ("weightDecay", 0.1));
        for (int update = 1; update <= 3; update++)
            optimizer.Step(new Told(_ => [g]), 0.1, update);
        Assert.Equal(kept.data<float>().ToArray(), g.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(WithGradients))]
    public void Gradient_that_is_not_finite_is_named_before_anything_changes(string name)
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(ones(3));
        var b = new Parameter(ones(2, 2));
        using Optimizer optimizer = Making.Make(name, [("a", a), ("b", b)]);
        byte[][] state = [.. optimizer.State.Values.Select(s => s.bytes.ToArray())], before = Making.Bits(optimizer);
        Tensor broken = tensor(new[,] { { 1f, 2f }, { float.NaN, 4f } });
        var error = Assert.Throws<NumericalException>(() => optimizer.Step(new Told(_ => [ones(3), broken]), 0.1, 1));
        Assert.Contains("`b` isn't finite at [1, 0]", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Making.Bits(optimizer));
        Assert.Equal(state, optimizer.State.Values.Select(s => s.bytes.ToArray()));
    }

    [Theory]
    [MemberData(nameof(WithGradients))]
    public void Parameter_without_a_gradient_is_left_alone(string name)
    {
        using var scope = NewDisposeScope();
        var used = new Parameter(ones(3));
        var idle = new Parameter(ones(3));
        using Optimizer optimizer = Making.Make(name, [("used", used), ("idle", idle)], ("weightDecay", 0.5));
        // sf-radam stands still at first.
        for (int update = 1; update <= 6; update++)
            optimizer.Step(new Loss([used, idle], () => used.square().sum()), 0.1, update);
        Assert.Equal([1f, 1f, 1f], idle.data<float>().ToArray());
        Assert.NotEqual([1f, 1f, 1f], used.data<float>().ToArray());
    }

    [Fact]
    public void Clipping_shortens_the_whole_gradient_and_only_a_long_one()
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(zeros(2, float64));
        var b = new Parameter(zeros(1, float64));
        using Optimizer optimizer = Making.Make(
            "sgd", new TrainedParameters([("a", a), ("b", b)]) { ClipNorm = 2.6 }, ("momentum", 0), ("weightDecay", 0));
        optimizer.Step(new Told(_ => [tensor(new[] { 3.0, 4.0 }), tensor(new[] { 12.0 })]), 1, 1);
        // ‖(3, 4, 12)‖ = 13.
        Assert.Equal(13, optimizer.GradientLength, 1e-12);
        Assert.Equal([-0.6, -0.8], a.data<double>().ToArray(), (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.Equal(-2.4, b.item<double>(), 1e-12);
        optimizer.Step(new Told(_ => [tensor(new[] { 0.5, 0 }), null]), 1, 2);
        Assert.Equal(-1.1, a[0].item<double>(), 1e-12);
    }

    [Theory]
    [InlineData("adamw", true)]
    [InlineData("adamw", false)]
    [InlineData("sgd", false)]
    public void Projection_keeps_the_trajectory_in_its_subspace(string name, bool ofGradient)
    {
        // Onto the plane where all coordinates but two stay: Adam's division keeps the axes apart, so both kinds hold.
        using var scope = NewDisposeScope();
        var w = new Parameter(ones(4, float64));
        Tensor mask = tensor(new[] { 1.0, 0, 1, 0 });
        var parameters = new TrainedParameters([("w", w)])
        {
            Projection = new Projection(v => [.. v.Select(t => t?.mul(mask))], ofGradient)
        };
        using Optimizer optimizer = Making.Make(name, parameters, ("weightDecay", 0));
        var free = new Parameter(ones(4, float64));
        using Optimizer whole = Making.Make(name, [("w", free)], ("weightDecay", 0));
        for (int update = 1; update <= 20; update++)
        {
            optimizer.Step(new Loss([w], () => w.pow(4).sum()), 0.01, update);
            whole.Step(new Loss([free], () => free.pow(4).sum()), 0.01, update);
        }

        double[] found = w.detach().data<double>().ToArray(), plain = free.detach().data<double>().ToArray();
        Assert.Equal((1, 1), (found[1], found[3]));
        Assert.Equal(plain[0], found[0], 1e-12);
        Assert.True(found[0] < 0.99);
    }

    [Fact]
    public void Update_of_three_sequences_can_not_be_projected()
    {
        using Tensor w = ones(3);
        Assert.Throws<ArgumentException>(() =>
            Making.Make("sf-adamw", new TrainedParameters([("w", w)]) { Projection = new Projection(v => v) }));
        Making.Make("sf-adamw", new TrainedParameters([("w", w)]) { Projection = new Projection(v => v, OfGradient: true) })
            .Dispose();
    }

    [Theory]
    [MemberData(nameof(WithGradients))]
    public void Decay_on_weights_spares_biases_and_norms(string name)
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(2, 2));
        var bias = new Parameter(ones(2));
        var parameters = new TrainedParameters([("w", weight), ("b", bias)]) { DecaysWeightsOnly = true };
        using Optimizer optimizer = Making.Make(name, parameters, ("weightDecay", 0.5));
        for (int update = 1; update <= 6; update++)
            optimizer.Step(new Told(_ => [zeros(2, 2), zeros(2)]), 0.1, update);
        Assert.Equal([1f, 1f], bias.data<float>().ToArray());
        Assert.True(weight.max().item<float>() < 1);
    }

    [Fact]
    public void One_tensor_under_two_names_is_refused()
    {
        using Tensor w = ones(3);
        Assert.Contains(
            "`a` and `b` are one tensor",
            Assert.Throws<ArgumentException>(() => new TrainedParameters([("a", w), ("b", w)])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Number_of_gradients_has_to_be_that_of_the_parameters()
    {
        using Tensor w = ones(3);
        using Optimizer optimizer = Making.Make("sgd", [("w", w)]);
        Assert.Throws<ArgumentException>(() => optimizer.Step(new Told(_ => []), 0.1, 1));
    }

    [Fact]
    public void Sparse_gradient_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        Tensor w = ones(3);
        using Optimizer optimizer = Making.Make("sgd", [("w", w)]);
        Tensor sparse = sparse_coo_tensor(tensor(new long[,] { { 0, 2 } }), ones(2), [3]);
        Assert.Contains(
            "`w`", Assert.Throws<NotSupportedException>(() => optimizer.Step(new Told(_ => [sparse]), 0.1, 1)).Message,
            StringComparison.Ordinal);
    }

    // Largest stable curvature on a quadratic.
    [Theory]
    [InlineData("sgd", 0, 2.0)]
    [InlineData("sgd", 0.5, 3.0)]
    [InlineData("sgd", 0.9, 3.8)]
    [InlineData("sgd-nesterov", 0.5, 1.5)]
    [InlineData("sgd-nesterov", 0.9, 3.8 / 2.8)]
    public void Descent_is_stable_up_to_its_threshold(string name, double momentum, double threshold)
    {
        Assert.True(After(threshold * 0.999) < 1);
        Assert.True(After(threshold * 1.001) > 1);
        double After(double curvature)
        {
            using var scope = NewDisposeScope();
            var w = new Parameter(ones(1, float64));
            using Optimizer optimizer = Making.Make(name, [("w", w)], ("momentum", momentum), ("weightDecay", 0));
            for (int update = 1; update <= 20_000 && Math.Abs(w.item<double>()) < 1e6; update++)
                optimizer.Step(new Told(_ => [w.detach() * curvature]), 1, update);
            return Math.Abs(w.item<double>());
        }
    }

    [Theory]
    [InlineData("sam(mezo)", "mezo has none")]
    [InlineData("mezo(sam)", "asks for no gradient")]
    [InlineData("sam(sam)", "already takes its gradient at a point nearby")]
    [InlineData("sam(sgd)", "is called sam. Use that name.")]
    [InlineData("sam(adamw)", "is called sam-adamw.")]
    [InlineData("sam(sf-adamw)", "is called sam-sf-adamw.")]
    [InlineData("sam(signum)", "Of sam there are sam, sam-adamw, sam-sf-adamw.")]
    [InlineData("adamw(sgd)", "has no place for sgd")]
    [InlineData("sam(nothing)", "and `nothing` neither")]
    [InlineData("sam", null)]
    public void Combinations_are_explained(string name, string? expected)
    {
        string? objection = Composition.Objection(name);
        if (expected is null)
            Assert.Null(objection);
        else
            Assert.Contains(expected, objection, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sgd", "learningRate", double.NaN)]
    [InlineData("sgd", "learningRate", -0.1)]
    [InlineData("sgd", "learningRate", double.PositiveInfinity)]
    [InlineData("adamw", "beta1", 1)]
    [InlineData("adamw", "beta2", -0.1)]
    [InlineData("adamw", "epsilon", -1)]
    [InlineData("sam", "rho", -0.05)]
    [InlineData("sf-sgd", "momentum", 0)]
    [InlineData("sf-sgd", "momentum", 1)]
    [InlineData("sf-adamw", "beta1", 0)]
    [InlineData("sf-adamw-refined", "window", 0)]
    [InlineData("sf-adamw-refined", "window", -1)]
    [InlineData("sf-radam", "silent", 1.5)]
    [InlineData("mezo", "perturbation", 0)]
    [InlineData("mezo-a3dam", "adaptivity", 0)]
    public void Number_outside_of_its_range_is_refused(string name, string key, double value)
    {
        List<string> violations = [];
        Optimizer.Choices.Resolve(name, [new(key, value)], violations);
        Assert.StartsWith($"`{key}` of {name} is ", Assert.Single(violations), StringComparison.Ordinal);
    }
}
