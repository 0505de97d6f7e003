using Tessar.Autograd;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Tasks;

public sealed class OutputFunctionTests
{
    [Fact]
    public void Margin_is_the_log_odds_of_the_label()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Sample();
        Tensor p = logits.softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1);
        AssertClose((p / (1 - p)).log(), new ClassificationMargin().Value(logits, labels), 1e-12);
    }

    [Fact]
    public void Directions_are_the_gradients_of_the_values()
    {
        foreach (OutputFunction output in new OutputFunction[] { new ClassificationMargin(), new NegativeLoss() })
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor logits, Tensor labels) = Sample();
            Tensor variable = logits.clone().requires_grad_();
            Tensor expected = Gradient.Of(output.Value(variable, labels).sum(), [variable])[0];
            AssertClose(expected, output.Direction(logits, labels), 1e-13);
        }
    }

    // ∇ℓ = −Q ∇f, compared on the wrong classes: the entry of the label, p − 1, itself cancels for confident examples.
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(27.6)]
    [InlineData(60)]
    public void Loss_gradient_is_minus_the_factor_times_the_margins_gradient(double lead)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new[,] { { lead, 0, -1.5, 0.25 }, { lead, 0.5, 0.25, -40 } });
        Tensor labels = tensor(new long[] { 0, 0 });
        var margin = new ClassificationMargin();
        Tensor expected = logits.softmax(1).narrow(1, 1, 3);
        Tensor found = (margin.Direction(logits, labels) * -margin.Factor(logits, labels).unsqueeze(1)).narrow(1, 1, 3);
        Assert.True(((found - expected).abs() / expected).max().item<double>() < 1e-12);
    }

    [Fact]
    public void Factor_stays_exact_where_one_minus_the_probability_is_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new[,] { { 27.6f, 0f, -40f } });
        float factor = new ClassificationMargin().Factor(logits, tensor(new long[] { 0 })).item<float>();
        Assert.Equal(Math.Exp(-27.6), factor, Math.Exp(-27.6) * 1e-5);
        Assert.Equal(0f, 1 - logits.softmax(1)[0, 0].item<float>());
    }

    [Fact]
    public void One_logit_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<TessarException>(() => new ClassificationMargin().Value(ones(2, 1), zeros(2, dtype: ScalarType.Int64)));
    }

    private static (Tensor Logits, Tensor Labels) Sample()
    {
        manual_seed(3);
        return (randn(6, 5, dtype: ScalarType.Float64) * 3, tensor(new long[] { 0, 1, 2, 3, 4, 2 }));
    }

    private static void AssertClose(Tensor expected, Tensor found, double tolerance)
    {
        double error = (expected - found).abs().max().item<double>();
        Assert.True(error <= tolerance, $"error {error}");
    }
}
