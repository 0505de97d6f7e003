using Tessar.Autograd.LayerRules;
using static TorchSharp.torch;

namespace Tessar.Autograd;

/// <summary>What one forward and one backward pass left behind; its tensors belong to the dispose scope of the capture.</summary>
/// <param name="Logits">The model's output, [B, classes].</param>
/// <param name="Calls">Every call of a layer with a rule, in order; a layer called twice stands here twice.</param>
/// <param name="Looped">Gradients [B, elements] of the parameters that no rule knows, by slot name.</param>
internal sealed record CapturedBatch(Tensor Logits, IReadOnlyList<LayerCall> Calls, IReadOnlyDictionary<string, Tensor> Looped)
{
    /// <summary>Number of examples B.</summary>
    public int Count => checked((int)Logits.shape[0]);
}

/// <summary>One call of a layer.</summary>
/// <param name="Rule">How its gradients follow from the two tensors.</param>
/// <param name="Input">What the layer was called with, [B, ...].</param>
/// <param name="OutputGradient">δ: gradient of Σ f_i at the layer's output, [B, ...].</param>
internal sealed record LayerCall(LayerRule Rule, Tensor Input, Tensor OutputGradient);
