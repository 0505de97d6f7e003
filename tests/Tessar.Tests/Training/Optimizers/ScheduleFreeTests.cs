using Tessar.Runs;
using Tessar.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>Published numbers, and the three forms of one method.</summary>
public sealed class ScheduleFreeTests
{
    private static readonly double[] _three = [1, 0.5, -0.25];

    // Values of the authors' own classes, float64, w₀ = 1.
    public static TheoryData<string, string, double[], double[]> Published() => new()
    {
        { "sf-adamw", "", [0.900000001, 0.8367449548808951, 0.8745549129831137], [
            0.900000001, 0.8683724779404476, 0.8704332896213364
        ] },
        { "sf-adamw", "weightDecay=0.1 warmupSteps=2", [], [0.9450000005, 0.886835963600716, 0.8932426881565451] },
        { "sf-adamw", "innerMomentum=0.9", [], [0.900000001, 0.8533910196490806, 0.8190659802648302] },
        { "sf-adamw-paper", "", [], [0.9000000316227666, 0.8578370429555778, 0.8661932101107642] },
        { "sf-sgd", "rate=1", [0, -0.5, -0.25], [0, -0.25, -0.25] },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Sequences_are_the_published_ones(string name, string numbers, double[] z, double[] x)
    {
        using var scope = NewDisposeScope();
        Tensor w = ones(1, float64);
        (string, double)[] given = [.. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => n.Split('='))
            .Where(n => n[0] != "rate")
            .Select(n => (n[0], double.Parse(n[1], System.Globalization.CultureInfo.InvariantCulture)))];
        double rate = numbers == "rate=1" ? 1 : 0.1;
        using Optimizer optimizer = Making.Make(name, [("w", w)], given);
        for (int t = 0; t < 3; t++)
        {
            double g = _three[t];
            optimizer.Step(new Told(_ => [tensor(new[] { g })]), rate, t + 1);
            if (z.Length > 0)
                Assert.Equal(z[t], optimizer.State["z/w"].item<double>(), 1e-14);
            Assert.Equal(x[t], Making.Weights(optimizer)[0].item<double>(), 1e-14);
        }
    }

    [Fact]
    public void Gradients_are_taken_at_the_published_points()
    {
        using var scope = NewDisposeScope();
        Tensor adamw = ones(1, float64), sgd = ones(1, float64);
        using Optimizer first = Making.Make("sf-adamw", [("w", adamw)]), second = Making.Make("sf-sgd", [("w", sgd)]);
        double[] y = [0.900000001, 0.8652097256344923, 0.8708454519575141], plain = [0, -0.275, -0.25];
        for (int t = 0; t < 3; t++)
        {
            double g = _three[t];
            first.Step(new Told(_ => [tensor(new[] { g })]), 0.1, t + 1);
            second.Step(new Told(_ => [tensor(new[] { g })]), 1, t + 1);
            Assert.Equal(y[t], adamw.item<double>(), 1e-14);
            Assert.Equal(plain[t], sgd.item<double>(), 1e-14);
        }
    }

    [Fact]
    public void RAdam_is_silent_for_four_updates_and_then_follows_the_published_sequences()
    {
        double[] g = [1, 0.5, -0.25, 0.75, -1, 0.3, 0.2, -0.6];
        double[] z = [1.002282848665527, 1.001180737519781, 1.000181006048914, 1.003766142957943];
        double[] x = [1.002282848665527, 1.001522504372848, 1.000817066112627, 1.002067607713839];
        double[] y = [1.002282848665527, 1.001488327687541, 1.000753460106256, 1.002237461238249];
        using var scope = NewDisposeScope();
        Tensor w = ones(1, float64);
        using Optimizer optimizer = Making.Make("sf-radam", [("w", w)]);
        for (int t = 0; t < g.Length; t++)
        {
            double now = g[t];
            optimizer.Step(new Told(_ => [tensor(new[] { now })]), 0.1, t + 1);
            int at = t - 4;
            Assert.Equal(at < 0 ? 1 : z[at], optimizer.State["z/w"].item<double>(), 1e-13);
            Assert.Equal(at < 0 ? 1 : x[at], Making.Weights(optimizer)[0].item<double>(), 1e-13);
            Assert.Equal(at < 0 ? 1 : y[at], w.item<double>(), 1e-13);
        }
    }

    public static TheoryData<string, string> Forms() => new()
    {
        { "sf-sgd", "" }, { "sf-sgd", "weightDecay=0.01 warmupSteps=50 averagePower=1" },
        { "sf-sgd", "momentum=0.5 ratePower=0" },
        { "sf-adamw", "" }, { "sf-adamw", "weightDecay=0.05 warmupSteps=100" },
        { "sf-adamw", "innerMomentum=0.9 averagePower=0.75" },
        { "sf-adamw-paper", "weightDecay=0.05 warmupSteps=10" }, { "sf-adamw-refined", "window=3" },
        { "sf-adamw-refined", "warmupSteps=30" },
        { "sf-radam", "weightDecay=0.01" }, { "sf-radam", "silent=0" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Fast_form_reference_form_and_closure_form_agree_after_a_thousand_updates(string name, string numbers)
    {
        using var scope = NewDisposeScope();
        manual_seed(11).Dispose();
        Tensor start = randn(13, 7, float64), target = randn(13, 7, float64);
        (string, double)[] given = [.. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => n.Split('='))
            .Select(n => (n[0], double.Parse(n[1], System.Globalization.CultureInfo.InvariantCulture)))];
        var fast = new Parameter(start.clone());
        var single = new Parameter(start.to(float32));
        using Optimizer optimizer = Making.Make(name, [("w", fast)], given), narrow = Making.Make(name, [("w", single)], given);
        var reference = new ScheduleFreeReference(start, Settings(name, given));
        var closure = new ScheduleFreeReference(start, Settings(name, given));
        double rate = name == "sf-sgd" ? 0.05 : 0.01;
        for (int update = 1; update <= 1000; update++)
        {
            using var inner = NewDisposeScope();
            // A learning rate that changes under way is legal.
            double now = update > 600 ? rate / 2 : rate;
            Tensor noise = RandomLike(update);
            Tensor At(Tensor y) => (y - target) + noise * 0.3;
            Tensor at = fast.detach().clone();
            optimizer.Step(new Told(_ => [At(at)]), now, update);
            narrow.Step(new Told(_ => [At(single.detach().to(float64)).to(float32)]), now, update);
            reference.Step(At(reference.Y), now, update);
            closure.StepBy(At, now, update);
            Tensor x = Making.Weights(optimizer)[0];
            Assert.True((x - reference.X).abs().max().item<double>() < 1e-9, $"x at update {update}");
            Assert.True((fast - reference.Y).abs().max().item<double>() < 1e-9, $"y at update {update}");
            Assert.True((closure.X - reference.X).abs().max().item<double>() < 1e-9, $"closure at update {update}");
        }

        Assert.True((optimizer.State["z/w"] - reference.Z).abs().max().item<double>() < 1e-9);
        Assert.True((Making.Weights(narrow)[0].to(float64) - reference.X).abs().max().item<double>() < 1e-5);
        Tensor RandomLike(int update)
        {
            manual_seed(update).Dispose();
            return randn(13, 7, float64);
        }
    }

    [Fact]
    public void No_numerator_is_remembered_where_inner_momentum_is_zero()
    {
        using Tensor w = ones(3);
        using Optimizer plain = Making.Make("sf-adamw", [("w", w)]), inner = Making.Make(
            "sf-adamw", [("w", w)], ("innerMomentum", 0.5));
        Assert.Equal(["highest-rate", "second-moment/w", "weight-sum", "z/w"], plain.State.Keys);
        Assert.Contains("first-moment/w", inner.State.Keys);
    }

    [Fact]
    public void Refined_window_of_one_over_one_minus_beta_is_the_original()
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(ones(5, float64));
        var b = new Parameter(ones(5, float64));
        using Optimizer original = Making.Make("sf-adamw", [("w", a)]), refined = Making.Make(
            "sf-adamw-refined", [("w", b)], ("window", 10));
        for (int update = 1; update <= 200; update++)
        {
            original.Step(new Loss([a], () => a.pow(4).sum()), 0.01, update);
            refined.Step(new Loss([b], () => b.pow(4).sum()), 0.01, update);
        }

        Assert.True(a.allclose(b, rtol: 1e-12, atol: 1e-14));
    }

    [Theory]
    [InlineData(0.3, 0.9)]
    [InlineData(0.05, 0.9)]
    [InlineData(0.5, 0.3)]
    public void Constant_weight_is_stable_just_below_its_threshold_and_not_above(double c, double beta)
    {
        // λγ = (4 − 2c) / (2(1 − β) + c(2β − 1)).
        double threshold = (4 - 2 * c) / (2 * (1 - beta) + c * (2 * beta - 1));
        Assert.True(Grows(threshold * 1.001));
        Assert.False(Grows(threshold * 0.999));
        bool Grows(double curvature)
        {
            double y = 1, z = 1;
            for (int step = 0; step < 40_000; step++)
            {
                double[] ys = [y], zs = [z];
                Tessar.Training.Optimizers.ScheduleFree.ScheduleFreeKernel.Update<double>(
                    ys, zs, [curvature * y], [], [], new Tessar.Training.Optimizers.ScheduleFree.ScheduleFreeStep(1, c, beta, 0));
                (y, z) = (ys[0], zs[0]);
            }

            return !(Math.Abs(y) < 1);
        }
    }

    [Fact]
    public void Average_of_a_tensor_that_lies_otherwise_in_memory_is_the_same()
    {
        using var scope = NewDisposeScope();
        Tensor plain = arange(12, float32).reshape(3, 4).contiguous(), turned = plain.t().contiguous().t();
        Assert.False(turned.is_contiguous());
        using Optimizer a = Making.Make("sf-adamw", [("w", plain)]), b = Making.Make("sf-adamw", [("w", turned)]);
        for (int update = 1; update <= 3; update++)
        {
            a.Step(new Told(_ => [plain.clone()]), 0.1, update);
            b.Step(new Told(_ => [turned.clone()]), 0.1, update);
        }

        Assert.Equal(plain.data<float>().ToArray(), turned.contiguous().data<float>().ToArray());
        Assert.Equal(Making.Weights(a)[0].data<float>().ToArray(), Making.Weights(b)[0].contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Half_precision_is_refused_by_name()
    {
        using Tensor w = ones(3, float16);
        var error = Assert.Throws<TessarException>(() => Making.Make("sf-adamw", [("w", w)]));
        Assert.Contains("`w` [3] is Float16", error.Message, StringComparison.Ordinal);
    }

    private static NamedSettings Settings(string name, (string, double)[] given) =>
        Optimizer.Choices.Resolve(name, given.Select(pair => new KeyValuePair<string, double?>(pair.Item1, pair.Item2)), []);
}
