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

    private static Tensor Direction(Tensor logits) =>
        logits.softmax(1) + arange(logits.numel(), dtype: logits.dtype).reshape(logits.shape).sin();
}
