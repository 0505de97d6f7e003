using Tessar.Autograd;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Tasks;

public sealed class SoftmaxCrossEntropyTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SoftmaxCrossEntropy _loss = new();

    public void Dispose() => _scope.Dispose();

    // f = (.5, −1, 2), class 0, w = (1, 2, 3), u = (1, 2, −1): computed apart from this code.
    [Fact]
    public void Loss_and_derivatives_have_their_known_values()
    {
        Tensor f = tensor(new[] { 0.5, -1, 2 }).unsqueeze(0), y = tensor(new[] { 0L });
        Tensor w = tensor(new[] { 1.0, 2, 3 }), u = tensor(new[] { 1.0, 2, -1 }).unsqueeze(0);
        Assert.Equal(1.7413112967, _loss.Sum(f, y).item<double>(), 1e-10);
        Assert.Equal(1.6103066424, _loss.Gradient(f, y)[0].dot(w).item<double>(), 1e-10);
        Assert.Equal(-0.6361545555, _loss.SecondDerivative(f, y)(u)[0].dot(w).item<double>(), 1e-10);
    }

    [Fact]
    public void Derivatives_are_those_of_automatic_differentiation()
    {
        random.manual_seed(1);
        Tensor f = randn(5, 4, dtype: ScalarType.Float64).requires_grad_(), y = randint(0, 4, [5], dtype: ScalarType.Int64),
            u = randn(5, 4, dtype: ScalarType.Float64);
        Tensor gradient = Gradient.Of(_loss.Sum(f, y), [f], differentiable: true)[0];
        Assert.InRange((gradient - _loss.Gradient(f.detach(), y)).abs().max().item<double>(), 0, 1e-14);
        Tensor second = Gradient.Of((gradient * u).sum(), [f])[0];
        Assert.InRange((second - _loss.SecondDerivative(f.detach(), y)(u)).abs().max().item<double>(), 0, 1e-14);
    }

    // p − 1 would be 0 in fp32, where the sum of the others is not.
    [Fact]
    public void The_gradient_of_a_confident_example_does_not_cancel()
    {
        Tensor gradient = _loss.Gradient(tensor(new[] { 20f, 0, 0 }).unsqueeze(0), tensor(new[] { 0L }));
        Assert.Equal(-2 * Math.Exp(-20), gradient[0, 0].item<float>(), 1e-14);
    }

    [Fact]
    public void Extreme_logits_stay_finite()
    {
        Tensor f = tensor(new[] { 1000.0, -1000, 0 }).unsqueeze(0), y = tensor(new[] { 1L });
        Assert.Equal(2000, _loss.Sum(f, y).item<double>(), 1e-9);
        Assert.True(_loss.Gradient(f, y).isfinite().all().item<bool>());
        Assert.True(_loss.SecondDerivative(f, y)(f).isfinite().all().item<bool>());
    }
}
