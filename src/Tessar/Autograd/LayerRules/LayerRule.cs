using Tessar.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>
/// How the per-example gradients of one layer's parameters follow from its input and the gradient at its output.
/// </summary>
/// <remarks>
/// A layer maps example i's input a_i to an output z_i. With δ_i = ∂F/∂z_i, F = Σ_i f_i, and no interaction between examples, row
/// i of δ belongs to example i alone, so ∂f_i/∂W follows from (a_i, δ_i) without another backward pass.
/// </remarks>
internal abstract class LayerRule(string name, nn.Module<Tensor, Tensor> module)
{
    private static readonly Func<string, nn.Module, LayerRule?>[] _known =
    [
        LinearRule.TryCreate, Conv2dRule.TryCreate, LayerNormRule.TryCreate, GroupNormRule.TryCreate, BatchNormRule.TryCreate,
        EmbeddingRule.TryCreate,
    ];

    /// <summary>The layer's name inside the model, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>The layer itself.</summary>
    public nn.Module<Tensor, Tensor> Module { get; } = module;

    /// <summary>The weight, or null when the layer has none.</summary>
    public abstract Parameter? Weight { get; }

    /// <summary>The bias, or null when the layer has none.</summary>
    public abstract Parameter? Bias { get; }

    /// <summary>Address of the weight's storage, or 0.</summary>
    public nint WeightAddress => field != 0 ? field : field = AddressOf(Weight);

    /// <summary>Address of the bias's storage, or 0.</summary>
    public nint BiasAddress => field != 0 ? field : field = AddressOf(Bias);

    /// <summary>Where a parameter's elements lie; the same for parameters that are shared between layers.</summary>
    public static nint AddressOf(Parameter? parameter) => parameter is null ? 0 : TensorStorage.Of(parameter).Address;

    /// <summary>The rule for a layer, or null when no rule knows it.</summary>
    public static LayerRule? For(string name, nn.Module module) =>
        _known.Select(create => create(name, module)).FirstOrDefault(rule => rule is not null);

    /// <summary>Gradient of the weight per example.</summary>
    /// <param name="input">What the layer was called with, [B, ...].</param>
    /// <param name="outputGradient">δ, of the shape of the layer's output, [B, ...].</param>
    /// <returns>Shape [B, weight elements], in the weight's own element order.</returns>
    public abstract Tensor WeightGradient(Tensor input, Tensor outputGradient);

    /// <summary>Gradient of the bias per example.</summary>
    /// <param name="outputGradient">δ, of the shape of the layer's output, [B, ...].</param>
    /// <returns>Shape [B, bias elements].</returns>
    public abstract Tensor BiasGradient(Tensor outputGradient);

    /// <summary>Refuses a call in which the layer can't be differentiated per example.</summary>
    public virtual void Check()
    {
    }
}
