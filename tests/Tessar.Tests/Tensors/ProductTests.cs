using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Tensors;

public sealed class ProductTests
{
    [Fact]
    public void Products_are_those_of_the_definition()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = tensor(new double[,] { { 1, 2 }, { 3, 4 } }), b = tensor(new double[,] { { 5 }, { 6 } });
        Assert.Equal([17, 39], Product.Of(a, b).data<double>().ToArray());
        Assert.Equal([17, 39], Product.Of(a, b.flatten()).data<double>().ToArray());
        Tensor batch = Product.Of(stack([a, 2 * a]), stack([b, b]));
        Assert.Equal([2, 2, 1], batch.shape);
        Assert.Equal([17, 39, 34, 78], batch.data<double>().ToArray());
    }

    // In libtorch's own wrapper each of these ends the process.
    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 2, 3 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 2 })]
    [InlineData(new long[] { 3 }, new long[] { 3, 2 })]
    [InlineData(new long[] { 4, 2, 3 }, new long[] { 5, 3, 2 })]
    [InlineData(new long[] { 4, 2, 3 }, new long[] { 4, 2, 3 })]
    [InlineData(new long[] { 4, 2, 3 }, new long[] { 3, 2 })]
    [InlineData(new long[] { }, new long[] { 3, 2 })]
    public void Shapes_that_do_not_fit_are_named(long[] left, long[] right)
    {
        using DisposeScope scope = NewDisposeScope();
        ArgumentException e = Assert.Throws<ArgumentException>(() => Product.Of(zeros(left), zeros(right)));
        Assert.Contains(
            $"left has shape [{string.Join(", ", left)}] and right [{string.Join(", ", right)}]", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Element_types_that_differ_are_named()
    {
        using DisposeScope scope = NewDisposeScope();
        ArgumentException e = Assert.Throws<ArgumentException>(() =>
            Product.Of(zeros(2, 2), zeros(2, 2, dtype: ScalarType.Float64)));
        Assert.Contains("left is Float32 and right is Float64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Native_memory_balances()
    {
        using Tensor a = ones(2, 2);
        TensorBalance.Holds(() => Product.Of(a, a).Dispose());
        TensorBalance.Holds(() => Assert.Throws<ArgumentException>(() =>
        {
            using Tensor other = ones(3, 2);
            Product.Of(a, other);
        }));
    }
}
