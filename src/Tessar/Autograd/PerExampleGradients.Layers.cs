using Tessar.Autograd.LayerRules;
using Tessar.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd;

// Which layers can be watched: found out on a sample, before the first gradient.
public sealed partial class PerExampleGradients
{
    private readonly HashSet<LayerRule> _elsewhere = [];
    private readonly HashSet<LayerRule> _bypassed = [];
    private readonly HashSet<LayerRule> _hidden = [];

    /// <summary>Why some parameters have no rule: sentences that go on with a consequence; null when all have one.</summary>
    /// <param name="consequence">What becomes of them, such as "left out of the gradient".</param>
    internal string? WhyUnsupported(string consequence)
    {
        if (Unsupported.Count == 0)
            return null;
        string[] away = [.. _elsewhere.Select(rule => rule.Name)];
        string[] hidden = [.. _hidden.Select(rule => rule.Name)];
        string[] past = [.. _bypassed.Except(_hidden).Except(_elsewhere).Select(rule => rule.Name)];
        string[] unknown = [.. Unsupported.Where(name => !away.Concat(hidden).Concat(past).Any(layer => IsOf(layer, name)))];
        List<string> reasons = [];
        if (hidden.Length > 0)
            reasons.Add($"{string.Join(", ", hidden)} can't be watched, because forward() was called in place of call()");
        if (away.Length > 0)
            reasons.Add(
                $"{string.Join(", ", away)} {(away.Length == 1 ? "sees" : "see")} the examples of a batch on another axis than "
                    + $"the first");
        if (past.Length > 0)
            reasons.Add(
                $"Parameters of {string.Join(", ", past)} also act past {(past.Length == 1 ? "that layer" : "those layers")}");
        if (unknown.Length > 0)
            reasons.Add($"No per-example rule knows {string.Join(", ", unknown)}");
        return string.Join(' ', reasons.Select(reason => $"{reason}: {consequence}."));

        static bool IsOf(string layer, string parameter) =>
            parameter.StartsWith(layer + ".", StringComparison.Ordinal)
                || (layer == "model" && !parameter.Contains('.', StringComparison.Ordinal));
    }

    private HashSet<LayerRule> FindCalledRules(Tensor sample)
    {
        using DisposeScope scope = NewDisposeScope();
        Record(sample);
        HashSet<LayerRule> called = [.. _recorded.Select(r => r.Rule)];
        HashSet<LayerRule> elsewhere = [.. Elsewhere(sample.shape[0])];
        // An axis of as many positions as there are examples looks like theirs: it isn't if it doesn't grow with the batch.
        if (_recorded.Any(r => r.Input.dim() > (r.Rule is Conv2dRule or BatchNormRule ? 4 : 2)))
        {
            Record(cat([sample, sample]));
            elsewhere.UnionWith(Elsewhere(2 * sample.shape[0]));
        }

        _recorded.Clear();
        _elsewhere.UnionWith(elsewhere);
        called.ExceptWith(elsewhere);
        return called;
    }

    /// <summary>
    /// Layers that were called with examples on another axis than the first, such as sequences ahead of examples.
    /// </summary>
    private IEnumerable<LayerRule> Elsewhere(long examples) =>
        _recorded.Where(r => r.Input.dim() == 0 || r.Input.shape[0] != examples || r.Output.shape[0] != examples)
            .Select(r => r.Rule);

    /// <summary>
    /// Finds the layers whose parameters also act past the layer, as in <c>functional.linear(h, embedding.weight)</c>: no rule
    /// sees that.
    /// </summary>
    /// <remarks>
    /// While a layer with a rule computes, its parameters ask for no gradient: one that the logits still lead to is used
    /// elsewhere.
    /// </remarks>
    private void FindBypassed(Tensor sample, List<LayerRule> rules, (string Name, Parameter Value)[] trained)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true);
        _isCutting = true;
        try
        {
            bool[] reached = Autograd.Gradient.Reaches(_model.Ask(sample), [.. trained.Select(p => p.Value)]);
            HashSet<nint> elsewhere = [.. trained.Where((_, i) => reached[i]).Select(p => LayerRule.AddressOf(p.Value))];
            elsewhere.Remove(0);
            _bypassed.UnionWith(rules.Where(rule =>
                elsewhere.Contains(rule.WeightAddress) || elsewhere.Contains(rule.BiasAddress)));
        }
        finally
        {
            _isCutting = false;
            rules.ForEach(rule => Switch(rule, isOn: true)); // a layer that threw was left switched off
        }
    }

    private static void Switch(LayerRule rule, bool isOn)
    {
        foreach (Parameter? parameter in (Parameter?[])[rule.Weight, rule.Bias])
        {
            if (parameter is not null)
                parameter.requires_grad = isOn;
        }
    }
}
