using Tessar.Autograd;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Layers;
using Tessar.Tests.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Layers;

/// <summary>
/// Layer-wise projections against the dense product of their matrices with the gradient of one backward pass per example.
/// </summary>
public sealed class LayerProjectionTests
{
    public static TheoryData<string> Cases => [.. PerExampleCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_parameter_belongs_to_one_layer_or_stands_alone_and_projections_are_those_of_the_loops_gradient(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        PerExampleCase chosen = PerExampleCases.All.Single(c => c.Name == name);
        manual_seed(12);
        nn.Module<Tensor, Tensor> model = chosen.Make(ScalarType.Float32);
        Tensor input = chosen.Input(ScalarType.Float32);
        using var gradients = new PerExampleGradients(model, input);
        CapturedBatch batch = gradients.Capture(input, Direction);
        Tensor loop = gradients.OfByLoop(input, Direction);
        double scale = loop.norm().item<float>();
        (IReadOnlyList<FactoredLayer> layers, IReadOnlyList<ParameterSlot> others) = FactoredLayer.Of(gradients, batch);
        Assert.Equal(
            gradients.Captured.Select(slot => slot.Name).Order(StringComparer.Ordinal),
            layers.SelectMany(layer => layer.Parameters).Concat(others.Select(slot => slot.Name)).Order(StringComparer.Ordinal));
        foreach (FactoredLayer layer in layers)
        {
            Tensor whole = Gradient(loop, layer);
            using var identity = new SmallSides(layer, null, null);
            Assert.Equal(layer.Inputs * layer.Outputs, identity.Width);
            Close(whole.flatten(1), identity.Project(batch), scale);

            Tensor? inputs = SideBasis.RandomSigns(SketchHash.Key(1, 2, 3), layer.Inputs, 2), outputs = SideBasis.RandomSigns(
                SketchHash.Key(1, 2, 4), layer.Outputs, 2);
            using var small = new SmallSides(layer, inputs, outputs);
            Tensor expected = whole;
            if (inputs is not null)
                expected = einsum("boi,ri->bor", expected, inputs);
            if (outputs is not null)
                expected = einsum("boi,ro->bri", expected, outputs);
            Close(expected.flatten(1), small.Project(batch), scale);

            AssertMasked(layer, batch, whole, scale);
        }

        foreach (ParameterSlot slot in others)
        {
            Tensor whole = loop.narrow(1, slot.Offset, slot.Count);
            using var plain = new PlainSketch(slot, slot.Count, int.MaxValue, keepsSmall: true, _ => 0);
            Close(whole, plain.Project(batch), scale);
            int kept = (int)Math.Max(1, slot.Count / 2);
            using var masked = new PlainSketch(slot, kept, 3, keepsSmall: false, draw => SketchHash.Key(5, 6, draw));
            long[] mask = SketchHash.Subset(SketchHash.Key(5, 6, 0), (int)slot.Count, kept);
            Tensor entries = whole.index_select(1, tensor(mask)) * Math.Sqrt((double)slot.Count / kept);
            Close(RowSketch.Of(entries, SketchHash.Table(SketchHash.Key(5, 6, 1), kept, 3), 3), masked.Project(batch), scale);
        }
    }

    // Linear in the gradient: twice the direction, twice the row; and zero for zero.
    [Fact]
    public void Projections_are_linear()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("c", nn.Conv2d(2, 5, 3)), ("r", nn.ReLU()), ("f", nn.Flatten()), ("l", nn.Linear(80, 3)));
        Tensor input = randn(6, 2, 6, 6);
        using var gradients = new PerExampleGradients(model, input);
        CapturedBatch batch = gradients.Capture(input, Direction), twice = gradients.Capture(
            input, logits => 2 * Direction(logits));
        CapturedBatch none = gradients.Capture(input, zeros_like_of);
        foreach (FactoredLayer layer in FactoredLayer.Of(gradients, batch).Layers)
        {
            using var sketch = new MaskedSketch(layer, 24, 7, keepsSmall: false, draw => SketchHash.Key(1, 1, draw));
            Close(2 * sketch.Project(batch), sketch.Project(twice), 1);
            Assert.Equal(0, sketch.Project(none).abs().max().item<float>());
        }

        static Tensor zeros_like_of(Tensor logits) => zeros_like(logits);
    }

    // A row's bits are its own: alone, in another batch, on one thread.
    [Fact]
    public void Sketch_of_a_row_does_not_depend_on_batch_or_threads()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        Tensor rows = randn(37, 500);
        uint[] table = SketchHash.Table(9, 500, 32);
        float[] all = RowSketch.Of(rows, table, 32).data<float>().ToArray();
        for (int i = 0; i < 37; i += 5)
            Assert.Equal(all[(32 * i)..(32 * i + 32)], RowSketch.Of(rows.narrow(0, i, 1), table, 32).data<float>().ToArray());
        int threads = Tessar.Native.TorchThreads.Current;
        try
        {
            Tessar.Native.TorchThreads.Set(1);
            Assert.Equal(all, RowSketch.Of(rows, table, 32).data<float>().ToArray());
        }
        finally
        {
            Tessar.Native.TorchThreads.Set(threads);
        }

        ArgumentException e = Assert.Throws<ArgumentException>(() => RowSketch.Of(rows, table[..10], 32));
        Assert.Contains("expected [examples, 10]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_in_a_file_come_back_and_the_file_goes()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor rows = arange(60, dtype: ScalarType.Float32).reshape(12, 5);
        string path = Path.Combine(folder.Path, "deep", "rows");
        using (var file = new RowsInFile(path, 12, 5))
        {
            file.Write(4, rows.narrow(0, 4, 8));
            file.Write(0, rows.narrow(0, 0, 4));
            Assert.Equal(rows.data<float>().ToArray(), file.Read(0, 12).data<float>().ToArray());
            Assert.Equal(rows.narrow(0, 5, 2).contiguous().data<float>().ToArray(), file.Read(5, 2).data<float>().ToArray());
            Assert.Equal((12, 5), (file.Count, file.Width));
        }

        Assert.False(File.Exists(path));
        File.WriteAllText(Path.Combine(folder.Path, "taken"), "a file where a folder is needed");
        TessarException e = Assert.Throws<TessarException>(() =>
            new RowsInFile(Path.Combine(folder.Path, "taken", "rows"), 1, 1));
        Assert.Equal(ErrorKind.Environment, e.Kind);
    }

    private static void AssertMasked(FactoredLayer layer, CapturedBatch batch, Tensor whole, double scale)
    {
        long masked = Math.Max(1, layer.Inputs * layer.Outputs / 3);
        (int inputs, int outputs) = MaskedSketch.Sides(layer.Inputs, layer.Outputs, masked);
        Tensor kept = whole;
        if (outputs < layer.Outputs)
            kept = kept.index_select(1, tensor(SketchHash.Subset(SketchHash.Key(8, 8, 1), layer.Outputs, outputs)));
        if (inputs < layer.Inputs)
            kept = kept.index_select(2, tensor(SketchHash.Subset(SketchHash.Key(8, 8, 0), layer.Inputs, inputs)));
        kept = kept.flatten(1) * Math.Sqrt((double)layer.Inputs / inputs * layer.Outputs / outputs);
        using var sketch = new MaskedSketch(layer, masked, 5, keepsSmall: false, draw => SketchHash.Key(8, 8, draw));
        Close(
            RowSketch.Of(kept, SketchHash.Table(SketchHash.Key(8, 8, 2), inputs * outputs, 5), 5), sketch.Project(batch),
            3 * scale);
    }

    // [B, out, in], with the bias as the last input.
    private static Tensor Gradient(Tensor loop, FactoredLayer layer)
    {
        Tensor weight = loop.narrow(1, layer.Weight.Offset, layer.Weight.Count).reshape(loop.shape[0], layer.Outputs, -1);
        return layer.Bias is null ? weight : cat([weight, loop.narrow(1, layer.Bias.Offset, layer.Bias.Count).unsqueeze(2)], 2);
    }

    private static void Close(Tensor expected, Tensor found, double scale)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.InRange((expected - found).abs().max().item<float>(), 0, 1e-4 * scale);
    }

    private static Tensor Direction(Tensor logits) =>
        logits.softmax(1) + arange(logits.numel(), dtype: logits.dtype).reshape(logits.shape).sin();
}
