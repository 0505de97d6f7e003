using Tessar.Training.Optimizers;
using Tessar.Training.Optimizers.ZerothOrder;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

public sealed class ZerothOrderTests
{
    [Fact]
    public void Fast_generator_draws_the_words_of_the_plain_one()
    {
        uint[] fast = new uint[256], plain = new uint[256];
        foreach (ulong counter in (ulong[])[0, 1, 64, uint.MaxValue - 2UL, 1UL << 40])
        {
            PhiloxLanes.Fill(counter, 0x1234_5678_9abc_def0, fast);
            PhiloxLanes.FillPlain(counter, 0x1234_5678_9abc_def0, plain, 64);
            Assert.Equal(plain, fast);
        }
    }

    [Fact]
    public void Noise_is_normal()
    {
        // 2²⁰ numbers: the standard errors are 1e-3 for the mean, 1.4e-3 for the variance, 4.8e-3 for the fourth moment.
        const int blocks = 1024;
        double[] sums = new double[5];
        double within = 0, neighbors = 0;
        float[] z = new float[NormalNoise.Block];
        for (int block = 0; block < blocks; block++)
        {
            NormalNoise.Draw(42, block, z);
            for (int i = 0; i < z.Length; i++)
            {
                for (int power = 1; power <= 4; power++)
                    sums[power] += Math.Pow(z[i], power);
                within += Math.Abs(z[i]) < 1 ? 1 : 0;
                neighbors += i > 0 ? z[i] * z[i - 1] : 0;
            }
        }

        double n = blocks * NormalNoise.Block;
        Assert.Equal(0, sums[1] / n, 5e-3);
        Assert.Equal(1, sums[2] / n, 7e-3);
        Assert.Equal(0, sums[3] / n, 2e-2);
        Assert.Equal(3, sums[4] / n, 5e-2);
        Assert.Equal(0.682689, within / n, 2.5e-3);
        Assert.Equal(0, neighbors / n, 5e-3);
    }

    [Fact]
    public void Noise_depends_on_key_and_place_alone_not_on_how_parameters_are_cut()
    {
        using var scope = NewDisposeScope();
        Tensor whole = zeros(5000), first = zeros(1777), second = zeros(23), third = zeros(3200);
        NormalNoise.Pass(new TrainedParameters([("w", whole)]), 9, new Copy());
        NormalNoise.Pass(new TrainedParameters([("a", first), ("b", second), ("c", third)]), 9, new Copy());
        float[] parts = [.. first.data<float>().ToArray(), .. second.data<float>().ToArray(), .. third.data<float>().ToArray()];
        Assert.Equal(whole.data<float>().ToArray(), parts);
        Tensor other = zeros(5000);
        NormalNoise.Pass(new TrainedParameters([("w", other)]), 10, new Copy());
        Assert.NotEqual(whole.data<float>().ToArray(), other.data<float>().ToArray());
    }

    [Fact]
    public void Slope_of_a_linear_and_of_a_quadratic_loss_is_exact()
    {
        using var scope = NewDisposeScope();
        manual_seed(2).Dispose();
        Tensor g = randn(50, float64), start = randn(50, float64), curvature = rand(50, float64);
        foreach (bool quadratic in (bool[])[false, true])
        {
            var w = new Parameter(start.clone());
            using var optimizer = (Mezo)Making.Make("mezo", new TrainedParameters([("w", w)]) { Seed = 4 });
            optimizer.Step(new Loss([w], () => (w * g).sum() + (quadratic ? (w.square() * curvature).sum() : 0)), 1, 1);
            // θ moved by −ρz, so z = −Δ/ρ, and ρ = ⟨∇L, z⟩.
            Tensor z = (start - w.detach()) / optimizer.Slopes[0], gradient = quadratic ? g + 2 * curvature * start : g;
            Assert.Equal((gradient * z).sum().item<double>(), optimizer.Slopes[0], 1e-8);
        }
    }

    [Fact]
    public void Estimate_has_the_gradients_mean_and_d_plus_two_times_its_square()
    {
        // Linear loss in d = 10: E ρz = g and E‖ρz‖² = (d + 2)‖g‖², each within five standard errors over 20,000 draws.
        const int d = 10, draws = 20_000;
        using var scope = NewDisposeScope();
        Tensor g = tensor(Enumerable.Range(1, d).Select(i => i / 6.0).ToArray());
        var w = new Parameter(zeros(d, float64));
        using Optimizer optimizer = Making.Make("mezo", new TrainedParameters([("w", w)]) { Seed = 8 });
        double[] sum = new double[d];
        double squares = 0, fourths = 0;
        for (int update = 1; update <= draws; update++)
        {
            using var inner = NewDisposeScope();
            using (no_grad())
                w.zero_();
            optimizer.Step(new Loss([w], () => w.dot(g)), 1, update);
            double[] estimate = w.detach().neg().data<double>().ToArray();
            for (int i = 0; i < d; i++)
                sum[i] += estimate[i];
            double square = estimate.Sum(e => e * e);
            squares += square;
            fourths += square * square;
        }

        double length = g.square().sum().item<double>();
        for (int i = 0; i < d; i++)
        {
            // Var(ρz_i) = ‖g‖² + g_i².
            double gi = g[i].item<double>();
            Assert.Equal(gi, sum[i] / draws, 5 * Math.Sqrt((length + gi * gi) / draws));
        }

        double mean = squares / draws, error = Math.Sqrt((fourths / draws - mean * mean) / draws);
        Assert.Equal((d + 2) * length, mean, 5 * error);
        Assert.True(5 * error < 0.1 * mean, $"The test can't tell: {error}.");
    }

    [Fact]
    public void At_a_learning_rate_of_zero_every_number_returns_within_two_ulp_of_the_furthest_it_was()
    {
        using var scope = NewDisposeScope();
        manual_seed(3).Dispose();
        Tensor start = cat([randn(5000), randn(5000) * 1e-4]);
        var w = new Parameter(start.clone());
        using Optimizer optimizer = Making.Make("mezo", [("w", w)]);
        Tensor noise = zeros(10_000);
        ulong key = new Tessar.Examples.RandomStream(0, "zeroth-order", 1).NextUInt64();
        NormalNoise.Pass(new TrainedParameters([("n", noise)]), key, new Copy());
        optimizer.Step(new Loss([w], () => w.square().sum()), 0, 1);
        float[] before = start.data<float>().ToArray(), after = w.detach().data<float>().ToArray(), z = noise.data<float>()
            .ToArray();
        for (int i = 0; i < before.Length; i++)
        {
            float furthest = MathF.Abs(before[i]) + 2e-3f * MathF.Abs(z[i]);
            Assert.InRange(MathF.Abs(after[i] - before[i]), 0, 2 * (MathF.BitIncrement(furthest) - furthest));
        }
    }

    [Theory]
    [InlineData("mezo", 0)]
    [InlineData("mezo", 0.1)]
    [InlineData("mezo-adam", 0)]
    [InlineData("mezo-adam", 0.1)]
    [InlineData("mezo-a3dam", 0)]
    [InlineData("mezo-scalar", 0)]
    [InlineData("mezo-scalar", 0.1)]
    public void Slopes_alone_repeat_a_run_bit_for_bit(string name, double decay)
    {
        using var scope = NewDisposeScope();
        (Tensor[] first, Func<Tensor> loss) = Model();
        (Tensor[] second, _) = Model();
        using var run = (ZerothOrderOptimizer)Making.Make(name, Named(first), ("weightDecay", decay));
        double Rate(long update) => 0.01 / update;
        for (int update = 1; update <= 60; update++)
            run.Step(new Loss(first, loss), Rate(update), update);
        using var replay = (ZerothOrderOptimizer)Making.Make(name, Named(second), ("weightDecay", decay));
        replay.Replay([.. run.Slopes], Rate);
        Assert.Equal(Making.Bits(run), Making.Bits(replay));
        Assert.Equal(60, run.State["slopes"].numel());

        (Tensor[], Func<Tensor>) Model()
        {
            manual_seed(7).Dispose();
            var w = new Parameter(randn(30, 40));
            var b = new Parameter(randn(30));
            Tensor x = randn(8, 40);
            return ([w, b], () => nn.functional.linear(x, w, b).square().mean());
        }

        TrainedParameters Named(Tensor[] tensors) => new([("w", tensors[0]), ("b", tensors[1])]) { Seed = 12 };
    }

    [Fact]
    public void With_a_huge_floor_the_adaptive_variant_is_descent_with_momentum()
    {
        using var scope = NewDisposeScope();
        const double delta = 1e9, rate = 1e-3, beta = 0.9;
        var w = new Parameter(ones(20, float64));
        using var optimizer = (ZerothOrderOptimizer)Making.Make("mezo-a3dam", [("w", w)], ("adaptivity", delta));
        double[] theta = [.. Enumerable.Repeat(1.0, 20)], m = new double[20];
        for (int update = 1; update <= 50; update++)
        {
            optimizer.Step(new Loss([w], () => w.square().sum()), rate * delta, update);
            Tensor noise = zeros(20);
            NormalNoise.Pass(
                new TrainedParameters([("n", noise)]), new Tessar.Examples.RandomStream(0, "zeroth-order", update).NextUInt64(),
                new Copy());
            float[] z = noise.data<float>().ToArray();
            for (int i = 0; i < theta.Length; i++)
            {
                m[i] = beta * m[i] + (1 - beta) * optimizer.Slopes[^1] * z[i];
                theta[i] -= rate * m[i] / (1 - Math.Pow(beta, update));
            }
        }

        Assert.Equal(theta, w.detach().data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-7);
    }

    [Fact]
    public void Loss_that_fails_leaves_the_weights_where_they_were()
    {
        using var scope = NewDisposeScope();
        var w = new Parameter(ones(100, float64));
        using Optimizer optimizer = Making.Make("mezo", [("w", w)]);
        int looks = 0;
        for (int failing = 1; failing <= 2; failing++)
        {
            looks = 0;
            Assert.Throws<FormatException>(() =>
                optimizer.Step(new Loss([w], () => ++looks == failing ? throw new FormatException() : w.sum()), 1, 1));
            Assert.True(w.allclose(ones(100, float64), rtol: 0, atol: 1e-14));
        }
    }

    [Fact]
    public void Losses_that_cannot_be_told_apart_are_remarked_on_and_the_step_still_runs()
    {
        using var scope = NewDisposeScope();
        var w = new Parameter(ones(10));
        using Optimizer optimizer = Making.Make("mezo", [("w", w)]);
        optimizer.Step(new Loss([w], () => (w * 0).sum() + 5), 0.1, 1);
        Assert.Contains("larger optimizer.perturbation than 0.001", optimizer.Remark, StringComparison.Ordinal);
        optimizer.Step(new Loss([w], () => w.sum()), 0.1, 2);
        Assert.Null(optimizer.Remark);
    }

    [Fact]
    public void Clipping_and_projection_are_refused_for_want_of_a_gradient()
    {
        using Tensor w = ones(3);
        Assert.Throws<ArgumentException>(() => Making.Make("mezo", new TrainedParameters([("w", w)]) { ClipNorm = 1 }));
        Assert.Throws<ArgumentException>(() =>
            Making.Make("mezo", new TrainedParameters([("w", w)]) { Projection = new Projection(v => v) }));
    }

    private readonly struct Copy : NormalNoise.IUse
    {
        public void On<T>(int parameter, int offset, Span<T> theta, ReadOnlySpan<float> z)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            for (int i = 0; i < z.Length; i++)
                theta[i] = T.CreateTruncating(z[i]);
        }
    }
}
