using Tessar.Lenses.Data.Kronecker;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Operators.Kronecker;
using Tessar.Tests.Operators.Kronecker;
using TorchSharp;
using static Tessar.Tests.Operators.Kronecker.TinyModels;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Kronecker;

public sealed class SegmentFunctionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public SegmentFunctionTests() => random.manual_seed(4);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Long_segments_give_the_undamped_influence()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("conv", nn.Conv2d(1, 2, 3, stride: 3)), ("act", nn.Tanh()), ("flat", nn.Flatten()), ("fc", nn.Linear(8, 2)))
                .to(ScalarType.Float64);
        using var source = new FixedSource(model, Images(60), 2, randint(0, 2, [60], ScalarType.Int64));
        // The two rows of the last layer's gradient are opposite: half of its eigenvalues are zero. Raised, so that there is an
        // inverse.
        using KroneckerCurvature curvature = Fit(source);
        foreach (Tensor values in curvature.Values)
            values.add_(1e-3);
        (Tensor[] inverses, _) = curvature.Inverses(0);
        for (int b = 0; b < 2; b++)
        {
            Tensor rows = source.Blocks.Gradient(source.Run(0, 60, 0), b);
            double time = 50 / curvature.Values[b].min().item<double>();
            Tensor expected = curvature.Apply(b, rows, inverses[b]);
            Assert.InRange(
                Largest(curvature.Apply(b, rows, TrainingSegment.Gain(curvature.Values[b], time)) - expected), 0,
                1e-10 * Largest(expected));
            Assert.InRange(Largest(TrainingSegment.Decay(curvature.Values[b], time)), 0, 1e-20);
        }
    }

    [Fact]
    public void Short_segments_move_by_their_time_and_lose_nothing()
    {
        Tensor values = tensor(new[] { 0, 1e-300, 1e-12, 0.5, 3, -2 });
        Tensor gain = TrainingSegment.Gain(values, 1e-9), decay = TrainingSegment.Decay(values, 1e-9);
        Assert.InRange(Largest(gain / 1e-9 - 1), 0, 2e-9);
        Assert.InRange(Largest(decay - 1), 0, 3.1e-9);
        // (1 − e^{−τσ})/σ where 1 − e^{−τσ} itself would be rounded to 0.
        Assert.Equal(7 - 7 * 3.5e-12, TrainingSegment.Gain(values, 7)[2].item<double>(), 1e-14);
        Assert.Equal(7, TrainingSegment.Gain(values, 7)[1].item<double>());
        Assert.Equal(7, TrainingSegment.Gain(values, 7)[5].item<double>());
    }

    // 100 full-batch steps in 4 segments against the derivative of the training itself by the example's weight.
    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Linear_regression_agrees_with_the_unrolled_training(double momentum)
    {
        const int n = 40, d = 6, segments = 4;
        // Momentum takes some twenty updates to come up to its pace 1/(1 − μ), which τ counts from the first one: with 25 updates
        // a segment the correlation is .998 to .999, with 100 at least .9998 (computed once more elsewhere, for six draws).
        (int steps, double rate) = momentum == 0 ? (100, 0.05) : (400, 0.00125);
        Tensor x = randn(
            [n, d],
            ScalarType.Float64) * tensor(new[] { 1.6, 1.2, 1, 0.8, 0.5, 0.3 }), y = x.mv(ones(d, dtype: ScalarType.Float64))
                + randn([n], ScalarType.Float64);
        Tensor queries = randn([15, d], ScalarType.Float64), h = x.t().mm(x) / n;
        Tensor theta = zeros(d, dtype: ScalarType.Float64), velocity = zeros_like(theta), moved = zeros(
            n, d, dtype: ScalarType.Float64), pace = zeros_like(moved);
        List<Tensor> gradients = [];
        for (int t = 0; t < steps; t++)
        {
            Tensor own = x * (x.mv(theta) - y).unsqueeze(1);
            gradients.Add(own);
            // dv ← μ dv + H dθ + ∇ℓ_i/n, dθ ← dθ − η dv.
            pace = momentum * pace + moved.mm(h) + own / n;
            moved = moved - rate * pace;
            velocity = momentum * velocity + own.mean([0]);
            theta = theta - rate * velocity;
        }

        Tensor exact = moved.mm(queries.t());
        using KroneckerCurvature curvature = LinearCurvature(x, n);
        double time = rate * steps / segments / (1 - momentum);
        Tensor gain = TrainingSegment.Gain(curvature.Values[0], time), decay = TrainingSegment.Decay(curvature.Values[0], time);
        Tensor scores = zeros_like(exact), v = queries;
        for (int l = segments - 1; l >= 0; l--)
        {
            Tensor mean = stack([.. gradients.Skip(l * steps / segments).Take(steps / segments)]).mean([0]);
            scores = scores - mean.mm(curvature.Apply(0, v, gain).t()) / n;
            v = curvature.Apply(0, v, decay);
        }

        Tensor a = exact.flatten() - exact.mean(), b = scores.flatten() - scores.mean();
        Assert.InRange(a.dot(b).item<double>() / Math.Sqrt(a.dot(a).item<double>() * b.dot(b).item<double>()), 0.999, 1 + 1e-12);
        Assert.InRange(a.dot(b).item<double>() / a.dot(a).item<double>(), 0.9, 1.1);
    }

    // ½ squared error: δ has variance 1 under the model's own Gaussian, so D = 1 and H = A = XᵀX/n.
    private static KroneckerCurvature LinearCurvature(Tensor x, int n)
    {
        BlockShape[] shapes = [new BlockShape("linear", ["linear"], 1, (int)x.shape[1], IsFactored: true)];
        using var covariances = new CovarianceSums(shapes);
        covariances.Inputs[0].add_(x.t().mm(x));
        covariances.Outputs[0].fill_(n);
        covariances.Tensors["counts"].fill_(n);
        using var sums = new EigenvalueSums(shapes);
        return new KroneckerCurvature(Eigenbasis.Of(covariances, ScalarType.Float64, Context), sums, isKfac: true);
    }
}
