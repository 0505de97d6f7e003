using Tessar.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>
/// Every optimiser of the catalogue on every objective in every precision. A new one is tested by its row below.
/// </summary>
public sealed class OptimizerTableTests : IDisposable
{
    /// <summary>
    /// Learning rates for parabola, Rosenbrock and network, and what is left of the loss after so many updates at most.
    /// </summary>
    private static readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal)
    {
        ["sgd"] = new((0.05, 300, 1e-6), (5e-4, 1500, 5e-2), (0.3, 150, 0.1)),
        ["sgd-nesterov"] = new((0.05, 300, 1e-6), (5e-4, 1500, 5e-2), (0.3, 150, 0.1)),
        ["adam"] = new((0.05, 600, 1e-4), (0.03, 1500, 5e-2), (0.03, 150, 0.1)),
        ["adamw"] = new((0.05, 600, 1e-2), (0.03, 1500, 5e-2), (0.03, 150, 0.1)),
        ["signum"] = new((0.02, 400, 1e-3), (3e-3, 2000, 5e-2), (0.03, 150, 0.2)),
        ["sf-sgd"] = new((0.5, 300, 1e-6), (2e-3, 2500, 5e-2), (3, 150, 0.1)),
        ["sf-adamw"] = new((0.1, 600, 1e-4), (0.05, 1500, 5e-2), (0.1, 150, 0.1)),
        ["sf-adamw-paper"] = new((0.1, 600, 1e-4), (0.05, 1500, 5e-2), (0.1, 150, 0.2)),
        ["sf-adamw-refined"] = new((0.1, 600, 1e-4), (0.05, 1500, 5e-2), (0.1, 150, 0.1)),
        ["sf-radam"] = new((0.1, 1500, 1e-4), (0.05, 2000, 5e-2), (0.1, 300, 0.2)),
        ["sam"] = new((0.05, 300, 1e-3), (5e-4, 1500, 0.1), (0.3, 150, 0.1)),
        ["sam-adamw"] = new((0.05, 600, 1e-2), (0.03, 1500, 5e-2), (0.03, 150, 0.1)),
        ["sam-sf-adamw"] = new((0.1, 600, 1e-2), (0.05, 1500, 5e-2), (0.1, 150, 0.1)),
        ["asam-official"] = new((0.05, 300, 1e-2), (5e-4, 1500, 0.3), (0.1, 150, 0.2)),
        ["asam-popular"] = new((0.01, 600, 0.1), (2e-5, 3000, 0.5), (0.05, 300, 0.9)),
        ["mezo"] = new((0.05, 1000, 1e-4), (3e-4, 3000, 0.15), (0.02, 800, 0.7)),
        ["mezo-adam"] = new((0.03, 1000, 1e-2), (0.01, 3000, 0.15), (0.02, 800, 0.7)),
        ["mezo-a3dam"] = new((0.03, 1000, 1e-2), (0.01, 3000, 0.15), (0.02, 800, 0.7)),
        ["mezo-scalar"] = new((0.03, 1000, 1e-2), (0.01, 3000, 0.15), (0.02, 800, 0.7)),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, ScalarType> Cases()
    {
        var cases = new TheoryData<string, string, ScalarType>();
        foreach (string name in Optimizer.Choices.Names)
        {
            foreach (string objective in (string[])["parabola", "rosenbrock", "network"])
            {
                cases.Add(name, objective, ScalarType.Float32);
                cases.Add(name, objective, ScalarType.Float64);
            }
        }

        return cases;
    }

    public static TheoryData<string> Names() => [.. Optimizer.Choices.Names];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_optimizer_has_its_row() =>
        Assert.Equal(Optimizer.Choices.Names, _rows.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_optimizer_lowers_every_loss(string name, string objective, ScalarType type)
    {
        using var scope = NewDisposeScope();
        (double rate, int updates, double left) = objective switch
        {
            "parabola" => _rows[name].Parabola,
            "rosenbrock" => _rows[name].Rosenbrock,
            _ => _rows[name].Network,
        };
        ((string Name, Tensor Value)[] parameters, Func<Tensor> loss) = Problems.Of(objective, type);
        using Optimizer optimizer = Making.Make(name, parameters, ("weightDecay", 0));
        double before = loss().item(), after = Train(optimizer, parameters, loss, rate, updates);
        Assert.True(
            after <= left * before, $"{name} on {objective} in {type}: {before} became {after}, allowed is {left * before}.");
        Assert.All(parameters, p => Assert.Equal(type, p.Value.dtype));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_optimizer_goes_on_from_its_saved_state_to_the_same_bits(string name)
    {
        using var scope = NewDisposeScope();
        ((string Name, Tensor Value)[] whole, Func<Tensor> wholeLoss) = Problems.Of("network", ScalarType.Float32);
        ((string Name, Tensor Value)[] parted, Func<Tensor> partedLoss) = Problems.Of("network", ScalarType.Float32);
        using Optimizer through = Making.Make(name, whole);
        Update(through, whole, wholeLoss, 1, 7);
        using (Optimizer first = Making.Make(name, parted))
        {
            Update(first, parted, partedLoss, 1, 4);
            Making.Save(first, _folder.File("state.safetensors"));
        }

        using Optimizer second = Making.Make(name, parted);
        Making.Load(second, _folder.File("state.safetensors"), updates: 4);
        Update(second, parted, partedLoss, 5, 7);
        Assert.Equal(Making.Bits(through), Making.Bits(second));
        Assert.Equal(
            through.State.Select(s => (s.Key, Convert.ToHexString(s.Value.bytes))),
            second.State.Select(s => (s.Key, Convert.ToHexString(s.Value.bytes))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_optimizer_refuses_the_state_of_another_model(string name)
    {
        using var scope = NewDisposeScope();
        using Optimizer optimizer = Making.Make(name, Problems.Of("network", ScalarType.Float32).Parameters);
        using Optimizer other = Making.Make(name, Problems.Of("rosenbrock", ScalarType.Float64).Parameters);
        Making.Save(other, _folder.File("state.safetensors"));
        if (other.State.Keys.Any(key => key.Contains('/', StringComparison.Ordinal)))
            Assert.Equal(
                ErrorKind.InputData,
                Assert.Throws<TessarException>(() => Making.Load(optimizer, _folder.File("state.safetensors"), 0)).Kind);
        using Optimizer later = Making.Make(
            name.StartsWith("mezo", StringComparison.Ordinal) ? name : "mezo",
            Problems.Of("network", ScalarType.Float32).Parameters);
        Assert.Throws<TessarException>(() => Making.Load(later, _folder.File("state.safetensors"), updates: 3));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_optimizer_remembers_as_much_as_it_says_and_balances_its_tensors(string name)
    {
        using var scope = NewDisposeScope();
        Parameter parameter = new(ones(1000));
        TensorBalance.Holds(() =>
        {
            using Optimizer optimizer = Making.Make(name, [("w", parameter)]);
            for (int update = 1; update <= 3; update++)
                optimizer.Step(new Loss([parameter], () => parameter.square().sum()), 1e-4, update);
            long numbers = optimizer.State.Values.Sum(t => t.numel());
            // The copy of two-phase methods lives during an update only.
            OptimizerAttribute known = Optimizer.Choices.Describe(name);
            Assert.InRange(
                numbers, (known.Memory - known.Backward + (known.Backward == 0 ? 0 : 1)) * 1000L, (known.Memory * 1000L) + 10);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_optimizer_asks_as_often_as_it_says(string name)
    {
        using var scope = NewDisposeScope();
        Parameter parameter = new(ones(3));
        using Optimizer optimizer = Making.Make(name, [("w", parameter)]);
        var loss = new Loss([parameter], () => parameter.square().sum());
        optimizer.Step(loss, 1e-3, 1);
        Assert.Equal(Optimizer.Choices.Describe(name).Forward, loss.Looks);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_optimizer_stands_still_at_a_learning_rate_of_zero(string name)
    {
        using var scope = NewDisposeScope();
        Parameter parameter = new(tensor(new[] { 1.0, -2, 3 }));
        using Optimizer optimizer = Making.Make(name, [("w", parameter)]);
        for (int update = 1; update <= 4; update++)
            optimizer.Step(new Loss([parameter], () => parameter.square().sum()), 0, update);
        Assert.True(parameter.allclose(tensor(new[] { 1.0, -2, 3 }), rtol: 0, atol: 1e-14));
        Assert.True(Making.Weights(optimizer)[0].allclose(tensor(new[] { 1.0, -2, 3 }), rtol: 0, atol: 1e-13));
    }

    private static double Train(
        Optimizer optimizer, (string Name, Tensor Value)[] parameters, Func<Tensor> loss, double rate, int updates)
    {
        Tensor[] values = [.. parameters.Select(p => p.Value)];
        bool averages = optimizer.AveragedWeights is not null;
        for (int update = 1; update <= updates; update++)
        {
            // Those that average need no schedule; the others fall in a straight line.
            double now = averages ? rate : rate * (1 - (update - 1.0) / updates);
            optimizer.Step(new Loss(values, loss), now, update);
        }

        using var noGradient = no_grad();
        Tensor[] weights = Making.Weights(optimizer);
        for (int i = 0; i < weights.Length; i++)
            values[i].copy_(weights[i]);
        return loss().item();
    }

    private static void Update(
        Optimizer optimizer, (string Name, Tensor Value)[] parameters, Func<Tensor> loss, int first, int last)
    {
        for (int update = first; update <= last; update++)
            optimizer.Step(new Loss([.. parameters.Select(p => p.Value)], loss), 0.01, update);
    }

    private sealed record Row(
        (double Rate, int Updates, double Left) Parabola, (double Rate, int Updates, double Left) Rosenbrock,
        (double Rate, int Updates, double Left) Network);
}

/// <summary>Losses that are known to be easy, narrow and real.</summary>
internal static class Problems
{
    public static ((string Name, Tensor Value)[] Parameters, Func<Tensor> Loss) Of(string name, ScalarType type) => name switch
    {
        "parabola" => Parabola(type),
        "rosenbrock" => Rosenbrock(type),
        _ => Network(type),
    };

    public static double item(this Tensor loss) => loss.to(float64).item<double>();

    private static ((string, Tensor)[], Func<Tensor>) Parabola(ScalarType type)
    {
        var a = new Parameter(tensor(new[] { 3.0, -2 }).to(type));
        var b = new Parameter(tensor(new[] { 1.0 }).to(type));
        return ([("a", a), ("b", b)], () => a.square().sum() + b.square().sum() * 0.25);
    }

    // (1 − x)² + 100 (y − x²)²: a bent valley, from its usual start.
    private static ((string, Tensor)[], Func<Tensor>) Rosenbrock(ScalarType type)
    {
        var p = new Parameter(tensor(new[] { -1.2, 1.0 }).to(type));
        return ([("p", p)], () => (1 - p[0]).square() + 100 * (p[1] - p[0].square()).square());
    }

    private static ((string, Tensor)[], Func<Tensor>) Network(ScalarType type)
    {
        manual_seed(3).Dispose();
        Tensor x = randn(60, 4).to(type), y = (x[TensorIndex.Colon, 0] > 0).to(int64) + (x[TensorIndex.Colon, 1] > 0).to(int64);
        var w1 = new Parameter((randn(8, 4) * 0.5).to(type));
        var b1 = new Parameter(zeros(8).to(type));
        var w2 = new Parameter((randn(3, 8) * 0.5).to(type));
        var b2 = new Parameter(zeros(3).to(type));
        return (
            [("first.weight", w1), ("first.bias", b1), ("last.weight", w2), ("last.bias", b2)],
            () => nn.functional.cross_entropy(nn.functional.linear(nn.functional.linear(x, w1, b1).tanh(), w2, b2), y));
    }
}
