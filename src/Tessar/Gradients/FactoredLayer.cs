using Tessar.Autograd;
using Tessar.Autograd.LayerRules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>
/// A Linear or ungrouped Conv2d layer: its gradient is a sum of outer products over positions, G = Σ_t δ_t a_tᵀ [out, in].
/// </summary>
/// <param name="Rule">The layer.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Bias">Its bias, when that is captured too: one more input that is always 1.</param>
internal sealed record FactoredLayer(LayerRule Rule, ParameterSlot Weight, ParameterSlot? Bias)
{
    /// <summary>Names of the parameters covered.</summary>
    public IReadOnlyList<string> Parameters => Bias is null ? [Weight.Name] : [Weight.Name, Bias.Name];

    /// <summary>Inputs per position, with the constant one of the bias.</summary>
    public int Inputs => checked((int)(Weight.Count / Weight.Shape[0]) + (Bias is null ? 0 : 1));

    /// <summary>Outputs per position.</summary>
    public int Outputs => checked((int)Weight.Shape[0]);

    /// <summary>The layers of a model that are of this kind, and the parameters that belong to none.</summary>
    /// <param name="gradients">All parameters.</param>
    /// <param name="sample">A captured batch, to see which layers are called.</param>
    public static (IReadOnlyList<FactoredLayer> Layers, IReadOnlyList<ParameterSlot> Others) Of(
        PerExampleGradients gradients, CapturedBatch sample)
    {
        FactoredLayer[] layers = [.. gradients.Captured.Select(slot => TryCreate(slot, gradients, sample))
            .OfType<FactoredLayer>()];
        HashSet<string> covered = [.. layers.SelectMany(layer => layer.Parameters)];
        return (layers, [.. gradients.Captured.Where(slot => !covered.Contains(slot.Name))]);
    }

    /// <summary>
    /// a and δ of every position of every call, [B, T, in] and [B, T, out]; they belong to the current dispose scope.
    /// </summary>
    public (Tensor A, Tensor Delta) Factors(CapturedBatch batch)
    {
        (Tensor A, Tensor Delta)[] calls = [.. batch.Calls.Where(call => ReferenceEquals(call.Rule, Rule)).Select(Positions)];
        // A layer that this batch didn't reach contributes nothing.
        if (calls.Length == 0)
            return (
                zeros(batch.Count, 1, Inputs, dtype: ScalarType.Float32),
                zeros(batch.Count, 1, Outputs, dtype: ScalarType.Float32));
        Tensor a = calls.Length == 1 ? calls[0].A : cat([.. calls.Select(call => call.A)], 1);
        Tensor delta = calls.Length == 1 ? calls[0].Delta : cat([.. calls.Select(call => call.Delta)], 1);
        return (Bias is null ? a : cat([a, ones(a.shape[0], a.shape[1], 1, dtype: a.dtype)], 2), delta);
    }

    private static FactoredLayer? TryCreate(ParameterSlot slot, PerExampleGradients gradients, CapturedBatch sample)
    {
        LayerCall[] calls = Using(sample, slot.Address);
        if (slot.ByLoop || calls.Length == 0 || calls[0].Rule is not (LinearRule or Conv2dRule)
            || calls[0].Rule.WeightAddress != slot.Address
            || calls.Any(call => !ReferenceEquals(call.Rule, calls[0].Rule)) || calls[0].Rule.Module is Conv2d { groups: not 1 })
        {
            return null;
        }

        LayerRule rule = calls[0].Rule;
        ParameterSlot? bias = rule.Bias is null ? null : gradients.Captured.FirstOrDefault(b => b.Address == rule.BiasAddress);
        bool biasAlone = bias is not null && Using(sample, bias.Address).All(call => ReferenceEquals(call.Rule, rule));
        return new FactoredLayer(rule, slot, biasAlone ? bias : null);
    }

    private static (Tensor A, Tensor Delta) Positions(LayerCall call)
    {
        if (call.Rule is not Conv2dRule conv)
            return LinearRule.Factors(call.Input, call.OutputGradient);
        // Columns in the order of the weight's own elements: channel, row, column of the kernel.
        Tensor patches = nn.functional.unfold(
            conv.Pad(call.Input), (conv.Kernel.Height, conv.Kernel.Width), (conv.Dilation.Height, conv.Dilation.Width), (0, 0),
            (conv.Stride.Height, conv.Stride.Width));
        return (patches.transpose(1, 2), call.OutputGradient.flatten(2).transpose(1, 2));
    }

    private static LayerCall[] Using(CapturedBatch sample, nint address) =>
        [.. sample.Calls.Where(call => call.Rule.WeightAddress == address || call.Rule.BiasAddress == address)];
}
