using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>Projects per-example gradients to k numbers, choosing the cheapest exact sketch for each layer.</summary>
internal sealed class GradientSketch : IGradientProjection
{
    // Gradients and activations of a batch that wait for their kernels.
    private const long MostHeldBytes = 64L << 20;

    private readonly List<SketchPart> _parts = [];

    /// <summary>Plans the sketch of a model's gradients.</summary>
    /// <param name="gradients">The parameters to sketch.</param>
    /// <param name="sample">A captured batch, to see which layers have one position per example and are called once.</param>
    /// <param name="width">k, in [1, number of parameters].</param>
    /// <param name="seed">The store's seed.</param>
    /// <param name="checkpoint">A number made from the checkpoint's hash.</param>
    public GradientSketch(PerExampleGradients gradients, CapturedBatch sample, int width, ulong seed, ulong checkpoint)
    {
        Width = width;
        HashSet<string> placed = [];
        List<TensorSketchLayer> layers = [];
        for (int s = 0; s < gradients.Captured.Count; s++)
        {
            ParameterSlot slot = gradients.Captured[s];
            if (SingleUseLinear.Of(slot, gradients, sample) is not { } layer
                || !TensorSketchLayer.Pays(layer.Inputs, layer.Outputs, width))
                continue;
            uint[] inputs = SketchHash.Table(SketchHash.Key(seed, checkpoint, 2 * s), layer.Inputs, width);
            uint[] outputs = SketchHash.Table(SketchHash.Key(seed, checkpoint, 2 * s + 1), layer.Outputs, width);
            layers.Add(new TensorSketchLayer(layer, inputs, outputs));
            placed.UnionWith(layer.Parameters);
        }

        for (int s = 0; s < gradients.Captured.Count; s++)
        {
            ParameterSlot slot = gradients.Captured[s];
            if (placed.Contains(slot.Name))
                continue;
            ulong key = SketchHash.Key(seed, checkpoint, 2 * s);
            _parts.Add((SketchPart?)ConvolutionSketchPart.TryCreate(slot, sample, key, width)
                ?? new CountSketchPart(slot, key, width));
        }

        if (layers.Count > 0)
            _parts.Add(new TensorSketchPart(layers, width));
    }

    /// <summary>k.</summary>
    public int Width { get; }

    /// <summary>One line per part, for the store's header.</summary>
    public IReadOnlyList<string> Description => [.. _parts.Select(part => part.Description)];

    /// <summary>The sketch of each example's gradient, shape [B, k], fp32; the caller disposes it.</summary>
    public Tensor Project(CapturedBatch batch)
    {
        Tensor rows = zeros(batch.Count, Width, dtype: ScalarType.Float32);
        List<SketchWork> works = [];
        try
        {
            foreach (SketchPart part in _parts)
            {
                works.Add(part.Begin(batch, rows));
                if (works.Sum(work => work.HeldBytes) > MostHeldBytes)
                    Finish();
            }

            Finish();
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
        finally
        {
            works.ForEach(work => work.Dispose());
        }

        void Finish()
        {
            SketchPart.Run(works, batch.Count);
            works.ForEach(work => work.Dispose());
            works.Clear();
        }
    }

    /// <summary>
    /// Names the parameters whose gradient isn't finite for an example; when only their sum overflows, the one with the largest.
    /// </summary>
    public static IReadOnlyList<string> FindNonFinite(PerExampleGradients gradients, CapturedBatch batch, int example)
    {
        using DisposeScope scope = NewDisposeScope();
        (string Name, double Largest)[] layers = [.. gradients.Captured.Select(slot =>
            (slot.Name, PerExampleGradients.Gradient(batch, slot).narrow(0, example, 1).abs().max().to_type(ScalarType.Float64)
                .item<double>()))];
        string[] overflown = [.. layers.Where(layer => !double.IsFinite(layer.Largest)).Select(layer => layer.Name)];
        return overflown.Length > 0 ? overflown : [layers.MaxBy(layer => layer.Largest).Name];
    }
}
