using Tessar.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

public sealed class SharpnessTests
{
    // L = ½(2a² + 8b²) at (1, 1); the published classes' numbers.
    [Theory]
    [InlineData("sam", 0.05, "w", new[] { 0.0121267812518, 0.0485071250073 }, new[] { 2.02425356250, 8.38805700006 })]
    [InlineData("asam-popular", 2, "w", new[] { 0.4850712500726, 1.9402850002904 }, new[] { 2.9701425001452, 23.5222800023234 })]
    [InlineData(
        "asam-official", 0.5, "weight", new[] { 0.1224804906433, 0.4899219625734 }, new[] { 2.2449609812867, 11.9193757005871 })]
    public void Perturbation_and_gradient_there_are_the_published_ones(
        string name, double rho, string parameter, double[] perturbation, double[] gradient)
    {
        using var scope = NewDisposeScope();
        var w = new Parameter(ones(2, float64));
        using Optimizer optimizer = Making.Make(name, [(parameter, w)], ("rho", rho), ("momentum", 0), ("weightDecay", 0));
        double[] seen = [];
        Tensor scale = tensor(new[] { 2.0, 8.0 });
        optimizer.Step(new Told(look =>
        {
            if (look == 1)
                seen = [.. (w.detach() - 1).data<double>().ToArray()];
            return [w.detach() * scale];
        }), 1, 1);
        Close(perturbation, seen);
        // One update of plain descent with rate 1 shows the gradient that was used.
        Close(gradient, (1 - w.detach()).data<double>().ToArray());
    }

    [Fact]
    public void Official_variant_scales_weights_and_leaves_biases_at_one()
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(ones(1, float64));
        var b = new Parameter(ones(1, float64));
        using Optimizer optimizer = Making.Make(
            "asam-official", [("fc.weight", a), ("fc.bias", b)], ("momentum", 0), ("weightDecay", 0));
        double[] seen = [];
        optimizer.Step(new Told(look =>
        {
            if (look == 1)
                seen = [a.item<double>() - 1, b.item<double>() - 1];
            return [a.detach() * 2, b.detach() * 8];
        }), 1, 1);
        Close([0.1236322286765, 0.4847847414038], seen);
        Close([2.2472644573530, 11.8782779312306], [1 - a.item<double>(), 1 - b.item<double>()]);
    }

    [Fact]
    public void Weights_come_back_bit_for_bit_also_when_the_second_look_fails()
    {
        using var scope = NewDisposeScope();
        manual_seed(5).Dispose();
        var w = new Parameter(randn(100) * 1e-3);
        byte[] before = w.detach().bytes.ToArray();
        using Optimizer optimizer = Making.Make("sam", [("w", w)]);
        Assert.Throws<FormatException>(() =>
            optimizer.Step(new Told(look => look == 0 ? [w.detach().clone()] : throw new FormatException()), 0.1, 1));
        Assert.Equal(before, w.detach().bytes.ToArray());
        Assert.Throws<NumericalException>(() =>
            optimizer.Step(new Told(look => [look == 0 ? w.detach().clone() : full_like(w, double.NaN)]), 0.1, 1));
        Assert.Equal(before, w.detach().bytes.ToArray());
        Assert.Throws<NumericalException>(() => optimizer.Step(new Told(_ => [full_like(w, double.PositiveInfinity)]), 0.1, 1));
        Assert.Equal(before, w.detach().bytes.ToArray());
    }

    [Fact]
    public void Zero_gradient_or_radius_is_a_plain_step()
    {
        using var scope = NewDisposeScope();
        var sam = new Parameter(ones(3, float64));
        var sgd = new Parameter(ones(3, float64));
        using Optimizer first = Making.Make("sam", [("w", sam)]), second = Making.Make("sgd", [("w", sgd)]);
        int looks = 0;
        first.Step(new Told(look => { looks++; return [zeros(3, float64)]; }), 0.1, 1);
        second.Step(new Told(_ => [zeros(3, float64)]), 0.1, 1);
        Assert.Equal(1, looks);
        Assert.Equal(Making.Bits(second), Making.Bits(first));
        using Optimizer flat = Making.Make("sam", [("w", sam)], ("rho", 0));
        flat.Step(new Told(look => look == 0 ? [ones(3, float64)] : throw new FormatException()), 0.1, 1);
    }

    [Fact]
    public void Decay_stays_out_of_the_perturbation_and_clipping_concerns_the_second_gradient()
    {
        using var scope = NewDisposeScope();
        var w = new Parameter(full(2, 3.0, float64));
        var parameters = new TrainedParameters([("w", w)]) { ClipNorm = 1 };
        using Optimizer optimizer = Making.Make("sam", parameters, ("weightDecay", 100), ("momentum", 0));
        double distance = 0;
        optimizer.Step(new Told(look =>
        {
            if (look == 1)
                distance = (w.detach() - 3).norm().item<double>();
            return [full(2, look == 0 ? 50.0 : 10.0, float64)];
        }), 0.001, 1);
        Assert.Equal(0.05, distance, 1e-9);
        // θ ← θ − η (g / ‖g‖ + λθ).
        Assert.Equal(3 - 0.001 * (1 / Math.Sqrt(2) + 300), w[0].item<double>(), 1e-12);
        Assert.Equal(Math.Sqrt(200), optimizer.GradientLength, 1e-12);
    }

    [Fact]
    public void In_one_dimension_it_settles_on_an_orbit_of_the_predicted_size()
    {
        // Below 2/η the orbit of period two has amplitude ηhρ / (2 − ηh).
        const double eta = 0.1, rho = 0.05, h = 12;
        using var scope = NewDisposeScope();
        var w = new Parameter(full(1, 0.3, float64));
        using Optimizer optimizer = Making.Make("sam", [("w", w)], ("rho", rho), ("momentum", 0), ("weightDecay", 0));
        for (int update = 1; update <= 500; update++)
            optimizer.Step(new Told(_ => [w.detach() * h]), eta, update);
        Assert.Equal(eta * h * rho / (2 - eta * h), Math.Abs(w.item<double>()), 1e-6);
    }

    [Theory]
    [InlineData(1.0, 12.36)]
    [InlineData(0.1, 5.40)]
    public void Edge_of_stability_lies_where_the_formula_puts_it(double slope, double expected)
    {
        // h = (‖g‖ / 2ρ)(√(1 + 8ρ / (η‖g‖)) − 1): curvature h across, a constant slope along.
        const double eta = 0.1, rho = 0.05;
        double edge = slope / (2 * rho) * (Math.Sqrt(1 + 8 * rho / (eta * slope)) - 1);
        Assert.Equal(expected, edge, 0.01);
        Assert.True(Across(edge * 0.99) < 1e-8);
        Assert.True(Across(edge * 1.01) > 1e-6);
        double Across(double h)
        {
            using var scope = NewDisposeScope();
            var w = new Parameter(tensor(new[] { 1e-6, 0.0 }));
            using Optimizer optimizer = Making.Make("sam", [("w", w)], ("rho", rho), ("momentum", 0), ("weightDecay", 0));
            for (int update = 1; update <= 1500; update++)
                optimizer.Step(new Told(_ => [stack([w.detach()[0] * h, tensor(slope)])]), eta, update);
            return Math.Abs(w[0].item<double>());
        }
    }

    private static void Close(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-10);
    }
}
