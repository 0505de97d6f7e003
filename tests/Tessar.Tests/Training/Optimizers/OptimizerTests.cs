using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Optimizer = Tessar.Training.Optimizers.Optimizer;

namespace Tessar.Tests.Training.Optimizers;

public sealed class OptimizerTests
{
    [Fact]
    public void Sgd_follows_its_recurrence_on_a_quadratic()
    {
        // L = ½ a θ², gradient aθ. m ← βm + (a + λ)θ, θ ← θ − ηm.
        const double a = 2, eta = 0.1, beta = 0.5, lambda = 0.25;
        using var scope = NewDisposeScope();
        Tensor parameter = full(1, 3.0, float64);
        using GradientOptimizer optimizer = Make("sgd", [("w", parameter)], ("momentum", beta), ("weightDecay", lambda));
        double theta = 3, m = 0;
        for (int update = 1; update <= 20; update++)
        {
            optimizer.Apply([parameter * a], eta, update);
            m = beta * m + (a + lambda) * theta;
            theta -= eta * m;
            Assert.Equal(theta, parameter.item<double>(), 1e-14);
        }
    }

    [Fact]
    public void First_update_of_AdamW_is_the_rate_times_the_sign()
    {
        using var scope = NewDisposeScope();
        Tensor parameter = ones(3, float64);
        using GradientOptimizer optimizer = Make("adamw", [("w", parameter)], ("epsilon", 1e-20), ("weightDecay", 0.5));
        optimizer.Apply([tensor(new[] { 1e-6, -5.0, 7e3 })], 0.1, 1);
        // (1 − ηλ)·1 ∓ η.
        Assert.Equal([0.95 - 0.1, 0.95 + 0.1, 0.95 - 0.1], parameter.data<double>().ToArray(), (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("sgd-nesterov")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Updates_are_those_of_TorchSharp(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var ours = new Parameter(randn(4, 3, float64));
        var theirs = new Parameter(ours.detach().clone());
        bool adaptive = name.StartsWith("adam", StringComparison.Ordinal);
        using GradientOptimizer optimizer = adaptive
            ? Make(name, [("w", ours)], ("beta1", 0.8), ("beta2", 0.95), ("epsilon", 1e-6), ("weightDecay", 0.1))
            : Make(name, [("w", ours)], ("momentum", 0.9), ("weightDecay", 0.01));
        using torch.optim.Optimizer reference = name switch
        {
            "adam" => optim.Adam([theirs], 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-6, weight_decay: 0.1),
            "adamw" => optim.AdamW([theirs], 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-6, weight_decay: 0.1),
            _ => optim.SGD([theirs], 0.05, momentum: 0.9, weight_decay: 0.01, nesterov: name == "sgd-nesterov"),
        };
        for (int update = 1; update <= 12; update++)
        {
            Tensor gradient = randn(4, 3, float64);
            optimizer.Apply([gradient.clone()], 0.05, update);
            theirs.grad = gradient;
            reference.step();
            Assert.True(ours.allclose(theirs, rtol: 1e-12, atol: 1e-14));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_number_of_an_optimizer_has_a_meaning_and_a_default_in_its_range(string name)
    {
        IReadOnlyList<Tessar.Named.SettingAttribute> settings = Optimizer.Choices.Settings(name);
        Assert.Contains(settings, s => s.Name == "learningRate");
        Assert.All(settings, s => Assert.True(s.Summary.Length > 0 && s.Allows(s.Fallback), s.Name));
    }

    [Fact]
    public void Wrong_choices_are_all_named()
    {
        List<string> violations = [];
        Optimizer.Choices.Resolve("adamm", [], violations);
        Optimizer.Choices.Resolve(
            "adamw", [new("momentun", 1), new("beta1", 1), new("weightDecay", double.NaN), new("beta2", null)], violations);
        Assert.Equal(
            [
                "There is no optimiser `adamm`. Did you mean `adam`? There are " + string.Join(", ", Optimizer.Choices.Names)
                    + ".",
                "There is no setting `momentun` of the optimiser adamw. There are beta1, beta2, epsilon, learningRate, "
                    + "weightDecay.",
                "`beta1` of adamw is 1; it has to lie in [0, 1).",
                "`weightDecay` of adamw is NaN; it has to lie in [0, ∞).",
            ],
            violations, StringComparer.Ordinal);
    }

    public static TheoryData<string> Names() => [.. Optimizer.Choices.Names];

    private static GradientOptimizer Make(
        string name, (string Name, Tensor Value)[] parameters, params (string Name, double Value)[] given)
    {
        List<string> violations = [];
        NamedSettings settings = Optimizer.Choices.Resolve(
            name, given.Select(pair => new KeyValuePair<string, double?>(pair.Name, pair.Value)), violations);
        Assert.Empty(violations);
        return (GradientOptimizer)Optimizer.Choices.Create(settings, new TrainedParameters(parameters));
    }
}
