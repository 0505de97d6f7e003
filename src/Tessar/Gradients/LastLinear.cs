using Tessar.Autograd;
using Tessar.Autograd.LayerRules;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>The Linear layer that is called last: it turns features into logits.</summary>
internal sealed class LastLinear
{
    private readonly LinearRule _rule;

    private LastLinear(LinearRule rule) => _rule = rule;

    /// <summary>Its name inside the model.</summary>
    public string Name => _rule.Name;

    /// <summary>Finds it by looking at one example.</summary>
    /// <param name="model">The model.</param>
    /// <param name="set">Where to take an example from.</param>
    /// <param name="method">Who asks, for the message.</param>
    /// <exception cref="TessarException">The model calls no Linear layer, or the last one is frozen.</exception>
    public static LastLinear Of(GradientModel model, ExampleSet set, string method)
    {
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch batch, _) = model.Run(set, [0]);
        return LayerActivations.LastLinear(model.Module, model.Inputs(set, [0])) is { } last
            && batch.Calls.LastOrDefault(call => ReferenceEquals(call.Rule.Module, last.Layer)) is { Rule: LinearRule rule }
            ? new LastLinear(rule)
            : throw new TessarException(
                $"{method} looks at the last Linear layer; {model.Trained.Name} calls none whose parameters are trained. "
                + "Let the model end in a Linear layer, or choose another method.", ErrorKind.Usage);
    }

    /// <summary>Whether a parameter is this layer's weight or bias.</summary>
    public bool Owns(ParameterSlot slot) => slot.Address == _rule.WeightAddress || slot.Address == _rule.BiasAddress;

    /// <summary>
    /// What the layer was called with, the features h, [B, d], fp64; several positions lie one after the other.
    /// </summary>
    public Tensor Features(CapturedBatch batch) =>
        batch.Calls.Last(call => ReferenceEquals(call.Rule, _rule)).Input.flatten(1).to_type(ScalarType.Float64);
}
