using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Kernels;

public sealed class FeatureProductsTests
{
    [Theory]
    [InlineData(9000, 300)]
    [InlineData(100, 256)]
    [InlineData(40, 1)]
    [InlineData(7, 513)]
    public void Symmetric_gram_is_the_product_of_the_features(int count, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Tensor rows = randn(count, width);
        Tensor exact = rows.to_type(ScalarType.Float64).t().mm(rows.to_type(ScalarType.Float64));
        double scale = exact.diagonal().max().item<double>();
        Tensor found = FeatureProducts.SymmetricGram(new FeaturesInMemory(rows), ScalarType.Float64, CancellationToken.None);
        Assert.True((found - exact).abs().max().item<double>() < 1e-13 * scale);
        Tensor single = FeatureProducts.SymmetricGram(new FeaturesInMemory(rows), ScalarType.Float32, CancellationToken.None);
        Assert.Equal(ScalarType.Float64, single.dtype);
        Assert.True((single - exact).abs().max().item<double>() < 2e-6 * scale);
        Assert.Equal(0, (single - single.t()).abs().max().item<double>());
    }

    // What isn't a large sketch on disk keeps its fp64 product.
    [Fact]
    public void Features_in_memory_are_multiplied_in_double_precision()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(2);
        Tensor rows = randn(200, 64);
        var features = new FeaturesInMemory(rows);
        Tensor exact = rows.to_type(ScalarType.Float64).t().mm(rows.to_type(ScalarType.Float64));
        Tensor found = FeatureProducts.Gram(features, weights: null, CancellationToken.None);
        Assert.True((found - exact).abs().max().item<double>() < 1e-10);
        Assert.Equal(1e-13, FeatureProducts.RoundingOfGram(features, weights: null));
    }
}
