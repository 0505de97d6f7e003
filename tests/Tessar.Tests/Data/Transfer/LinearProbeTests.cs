using Tessar.Lenses.Data.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Transfer;

public sealed class LinearProbeTests
{
    // At the minimum the gradient of the objective with respect to the weights is zero; here by central differences of a direct
    // evaluation.
    [Fact]
    public void Probe_minimizes_the_penalized_cross_entropy()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Tensor x = randn(60, 4, dtype: ScalarType.Float64) * 3 + 1, y = randint(0, 3, 60);
        const double penalty = 0.05;
        using var probe = new LinearProbe(x, y, 3, penalty, CancellationToken.None);
        Tensor standard = (x - x.mean([0], keepdim: true)) / x.std(0, unbiased: false, keepdim: true);
        Tensor wide = cat([standard, ones(60, 1, dtype: ScalarType.Float64)], 1);
        // W from the logits: the design has full rank.
        Tensor w = linalg.lstsq(wide, probe.Logits(x)).Solution;
        double Objective(Tensor v) =>
            (nn.functional.cross_entropy(wide.mm(v), y) + 0.5 * penalty * v.square().sum()).item<double>();
        for (int k = 0; k < 5; k++)
        {
            Tensor direction = randn_like(w);
            double slope = (Objective(w + 1e-4 * direction) - Objective(w - 1e-4 * direction)) / 2e-4;
            Assert.Equal(0, slope, 1e-5);
            Assert.True(Objective(w + 0.1 * direction) > Objective(w));
        }
    }

    [Fact]
    public void A_constant_feature_does_no_harm()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = cat([arange(20, dtype: ScalarType.Float64).unsqueeze(1), ones(20, 1, dtype: ScalarType.Float64)], 1);
        using var probe = new LinearProbe(x, (x.select(1, 0) >= 10).to_type(ScalarType.Int64), 2, 1e-3, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i >= 10 ? 1L : 0L), probe.Logits(x).argmax(1).data<long>().ToArray());
    }

    [Fact]
    public void Features_that_are_not_finite_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = full(4, 2, double.NaN, dtype: ScalarType.Float64), y = zeros(4, dtype: ScalarType.Int64);
        Assert.Throws<NumericalException>(() => new LinearProbe(x, y, 2, 1, CancellationToken.None));
    }
}
