using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>
/// Linear layers: G_i = Δ_iᵀ A_i with A_i [T, in] the inputs and Δ_i [T, out] the output gradients of example i's T positions.
/// </summary>
internal sealed class LinearRule(string name, Linear layer) : LayerRule(name, layer)
{
    public override Parameter? Weight => layer.weight;

    public override Parameter? Bias => layer.bias;

    public static LayerRule? TryCreate(string name, nn.Module module) =>
        module is Linear linear ? new LinearRule(name, linear) : null;

    public override Tensor WeightGradient(Tensor input, Tensor outputGradient)
    {
        (Tensor a, Tensor delta) = Factors(input, outputGradient);
        return delta.transpose(1, 2).bmm(a).flatten(1);
    }

    public override Tensor BiasGradient(Tensor outputGradient) => Positions(outputGradient).sum(1);

    /// <summary>The factors A [B, T, in] and Δ [B, T, out]; T = 1 for an input [B, in].</summary>
    public static (Tensor A, Tensor Delta) Factors(Tensor input, Tensor outputGradient) =>
        (Positions(input), Positions(outputGradient));

    private static Tensor Positions(Tensor x) => x.reshape(x.shape[0], -1, x.shape[^1]);
}
