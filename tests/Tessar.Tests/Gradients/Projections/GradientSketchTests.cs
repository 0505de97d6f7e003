using Tessar.Autograd;
using Tessar.Gradients.Projections;
using Tessar.Tests.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Gradients.Projections;

public sealed class GradientSketchTests
{
    public static TheoryData<string> Cases => [.. PerExampleCases.All.Select(c => c.Name)];

    // Whatever kernel a layer gets, the sketch is the count-sketch of its gradient, parameter by parameter.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Sketch_is_the_count_sketch_of_the_loops_gradient(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        PerExampleCase chosen = PerExampleCases.All.Single(c => c.Name == name);
        manual_seed(12);
        nn.Module<Tensor, Tensor> model = chosen.Make(ScalarType.Float32);
        Tensor input = chosen.Input(ScalarType.Float32);
        using var gradients = new PerExampleGradients(model, input);
        int width = (int)Math.Min(32, gradients.ParameterCount);
        CapturedBatch batch = gradients.Capture(input, Direction);
        var sketch = new GradientSketch(gradients, batch, width, seed: 3, checkpoint: 4);
        float[] found = sketch.Project(batch).data<float>().ToArray();
        Tensor loop = gradients.OfByLoop(input, Direction);
        float scale = loop.norm().item<float>();
        for (int i = 0; i < input.shape[0]; i++)
        {
            float[] gradient = loop[i].data<float>().ToArray();
            float[] row = new float[width];
            for (int s = 0; s < gradients.Captured.Count; s++)
            {
                ParameterSlot slot = gradients.Captured[s];
                uint[] table = SketchHash.Table(SketchHash.Key(3, 4, 2 * s), slot.Count, width);
                SketchHash.Add(table, gradient.AsSpan((int)slot.Offset, (int)slot.Count), row);
            }

            for (int b = 0; b < width; b++)
                Assert.Equal(row[b], found[i * width + b], 1e-4 * scale);
        }
    }

    [Fact]
    public void Large_dense_layers_are_sketched_without_forming_their_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("large", nn.Linear(300, 200)), ("r", nn.ReLU()), ("small", nn.Linear(200, 3)));
        Tensor input = randn(5, 300);
        using var gradients = new PerExampleGradients(model, input);
        CapturedBatch batch = gradients.Capture(input, Direction);
        var sketch = new GradientSketch(gradients, batch, 64, 0, 0);
        Assert.Contains("tensor-sketch large", sketch.Description);
        Assert.Contains("count-sketch small.weight", sketch.Description);
        // An example with a zero input and a zero direction would be zero; the bias is sketched too, so a zero input alone isn't.
        Tensor zero = zeros_like(input);
        Assert.True(sketch.Project(gradients.Capture(zero, Direction)).abs().max().item<float>() > 0);
        Assert.Equal(0, sketch.Project(gradients.Capture(zero, logits => zeros_like(logits))).abs().max().item<float>());
    }

    // Neither threads nor what else is in the batch change a row; a strided, dilated, a grouped and a bare convolution,
    // a dense layer by TensorSketch and a small one, in one parallel region.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_of_a_large_batch_are_those_of_its_parts(bool isChannelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("a", nn.Conv2d(1, 32, 3, padding: 1)), ("ra", nn.ReLU(inplace: true)), ("p", nn.MaxPool2d(2)),
            ("b", nn.Conv2d(32, 20, 3, stride: 2, padding: 2, dilation: 2, bias: false)), ("rb", nn.ReLU()),
            ("g", nn.Conv2d(20, 8, 3, padding: 1, groups: 2)), ("f", nn.Flatten()), ("l", nn.Linear(8 * 36, 40)),
            ("o", nn.Linear(40, 3, hasBias: false)));
        Tensor input = randn(41, 1, 22, 22);
        if (isChannelsLast)
            input = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        using var gradients = new PerExampleGradients(model, input);
        CapturedBatch batch = gradients.Capture(input, Direction);
        var sketch = new GradientSketch(gradients, batch, 256, seed: 3, checkpoint: 4);
        Assert.Contains(sketch.Description, part => part.StartsWith("tensor-sketch l", StringComparison.Ordinal));
        Tensor whole = sketch.Project(batch);
        foreach ((int first, int count) in new[] { (0, 1), (1, 29), (30, 11) })
        {
            var part = new CapturedBatch(
                batch.Logits.narrow(0, first, count),
                [.. batch.Calls.Select(call => new LayerCall(
                    call.Rule, call.Input.narrow(0, first, count), call.OutputGradient.narrow(0, first, count)))],
                batch.Looped);
            Tensor alone = sketch.Project(part), together = whole.narrow(0, first, count);
            // Sums of libtorch's own (biases, grouped convolutions) may be taken in another order for another size.
            Assert.True((alone - together).abs().max().item<float>() <= 1e-5 * together.abs().max().item<float>());
        }

        Assert.Equal(0, (sketch.Project(batch) - whole).abs().max().item<float>());
        Tensor loop = gradients.OfByLoop(input, Direction);
        Tensor squares = loop.square().sum(1);
        Assert.InRange((whole.square().sum(1) / squares).mean().item<float>(), 0.7f, 1.3f);
    }

    private static Tensor Direction(Tensor logits) =>
        logits.softmax(1) + arange(logits.numel(), dtype: logits.dtype).reshape(logits.shape).sin();
}
