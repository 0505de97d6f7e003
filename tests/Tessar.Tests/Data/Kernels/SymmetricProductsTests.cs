using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Kernels;

public sealed class SymmetricProductsTests
{
    // 1,100 examples are three blocks; held all at once, or 512 at a time with the others streamed past.
    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Held_all_at_once_or_in_parts_the_kernel_is_the_same(string model)
    {
        using var small = new SmallRun(model, trainCount: 1100);
        ExampleSet train = new(small.Store, "train", 0, 1100);
        using DisposeScope scope = NewDisposeScope();
        using var features = new GradientModel(
            small.View.Checkpoints[0].Open(), train, new ClassificationMargin(), UnsupportedParameters.Throw);
        var products = new SymmetricProducts(features, 100, new MethodContext());
        (Tensor whole, Tensor cross, Tensor q) = products.Of(train, small.Test, ScalarType.Float32, 1100);
        (Tensor parts, Tensor crossOfParts, Tensor qOfParts) = products.Of(train, small.Test, ScalarType.Float32, 700);
        Tensor scale = whole.diagonal().max();
        Assert.True(((whole - parts).triu().abs().max() / scale).item<float>() < 1e-5);
        Assert.True(((cross - crossOfParts).abs().max() / scale).item<double>() < 1e-5);
        Assert.True((q - qOfParts).abs().max().item<float>() < 1e-5);
        Tensor rows = Gradients(features, train, [0, 511, 512, 1023, 1024, 1099]);
        Tensor expected = rows.mm(rows.t());
        long[] chosen = [0, 511, 512, 1023, 1024, 1099];
        Tensor found = whole.index_select(0, tensor(chosen)).index_select(1, tensor(chosen));
        Assert.True(((expected - found).triu().abs().max() / scale).item<float>() < 1e-5);
    }

    private static Tensor Gradients(GradientModel model, ExampleSet set, int[] indices)
    {
        (CapturedBatch batch, _) = model.Run(set, indices);
        return cat([.. model.Gradients.Captured.Select(slot => PerExampleGradients.Gradient(batch, slot))], 1);
    }
}
