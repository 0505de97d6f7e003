using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>
/// Embeddings: row v of G_i is the sum of δ over example i's positions whose id is v; the padding row stays zero.
/// </summary>
internal sealed class EmbeddingRule(string name, Embedding layer) : LayerRule(name, layer)
{
    private long[]? _paddingRows;

    public override Parameter? Weight => layer.weight;

    public override Parameter? Bias => null;

    public static LayerRule? TryCreate(string name, nn.Module module) =>
        module is Embedding e ? new EmbeddingRule(name, e) : null;

    public override Tensor WeightGradient(Tensor input, Tensor outputGradient)
    {
        long examples = input.shape[0], words = layer.weight!.shape[0], width = layer.weight.shape[1];
        using Tensor flat = zeros(examples * words, width, dtype: outputGradient.dtype);
        using Tensor first = arange(examples, dtype: ScalarType.Int64).unsqueeze(1) * words;
        using Tensor rows = (input.reshape(examples, -1).to_type(ScalarType.Int64) + first).flatten();
        flat.index_add_(0, rows, outputGradient.reshape(-1, width), 1);
        using Tensor perExample = flat.view(examples, words, width);
        foreach (long row in _paddingRows ??= FindPaddingRows())
            perExample.select(1, row).zero_();
        return perExample.reshape(examples, -1);
    }

    public override Tensor BiasGradient(Tensor outputGradient) =>
        throw new InvalidOperationException("An embedding has no bias.");

    // TorchSharp doesn't tell padding_idx, but libtorch gives that row no gradient: ask once for the gradient of every row.
    private long[] FindPaddingRows()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true);
        Tensor ids = arange(layer.weight!.shape[0], dtype: ScalarType.Int64);
        Tensor sum = layer.forward(ids).sum();
        Tensor reached = Gradient.Of(sum, [layer.weight])[0].abs().sum(1) == 0;
        return reached.nonzero().flatten().data<long>().ToArray();
    }
}
