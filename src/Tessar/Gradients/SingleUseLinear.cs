using Tessar.Autograd;
using Tessar.Autograd.LayerRules;

namespace Tessar.Gradients;

/// <summary>
/// A Linear layer that is called once, with one position per example, and shares nothing: its gradient is δ aᵀ, rank one.
/// </summary>
/// <param name="Rule">The layer.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Bias">Its bias, when that is captured too: one more input that is always 1.</param>
internal sealed record SingleUseLinear(LinearRule Rule, ParameterSlot Weight, ParameterSlot? Bias)
{
    /// <summary>Names of the parameters covered.</summary>
    public IReadOnlyList<string> Parameters => Bias is null ? [Weight.Name] : [Weight.Name, Bias.Name];

    /// <summary>Inputs, with the constant one of the bias.</summary>
    public long Inputs => Weight.Shape[1] + (Bias is null ? 0 : 1);

    /// <summary>Outputs.</summary>
    public long Outputs => Weight.Shape[0];

    /// <summary>The layer that a weight belongs to when it is of this kind, else null.</summary>
    /// <param name="slot">The weight.</param>
    /// <param name="gradients">All parameters.</param>
    /// <param name="sample">A captured batch, to see which layers are called how.</param>
    public static SingleUseLinear? Of(ParameterSlot slot, PerExampleGradients gradients, CapturedBatch sample)
    {
        if (CallsUsing(sample, slot.Address) is not [{ Rule: LinearRule rule } call] || rule.WeightAddress != slot.Address
            || call.Input.dim() != 2)
            return null;
        ParameterSlot? bias = rule.Bias is null ? null : gradients.Captured.FirstOrDefault(b => b.Address == rule.BiasAddress);
        bool biasAlone = bias is not null && CallsUsing(sample, bias.Address).Length == 1;
        return new SingleUseLinear(rule, slot, biasAlone ? bias : null);
    }

    private static LayerCall[] CallsUsing(CapturedBatch sample, nint address) =>
        [.. sample.Calls.Where(c => c.Rule.WeightAddress == address || c.Rule.BiasAddress == address)];
}
