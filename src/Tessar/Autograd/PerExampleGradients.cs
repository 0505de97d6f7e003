using System.Globalization;
using Tessar.Autograd.LayerRules;
using Tessar.Models;
using Tessar.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd;

/// <summary>
/// Gradients of a scalar output with respect to the parameters, one per example, at about the price of one backward pass.
/// </summary>
/// <remarks>
/// Forward hooks record each layer's input a and output z. A tap behind each layer
/// notes δ = ∂F/∂z, F = Σ_i f_i, during one backward pass; weights aren't among its inputs, so no batch gradient of a weight is
/// computed. In evaluation mode examples don't interact and row i of δ is example i's own. Rules exist for Linear, Conv2d,
/// Layer-, Group- and BatchNorm and Embedding; shared layers and shared parameters add up; a parameter that is also used past its
/// layer is looped over. The model is put into evaluation mode and given back as it was by <see cref="Dispose"/>. Source:
/// Goodfellow, arXiv:1510.01799; the convolution and normalisation rules are checked against the loop to 1e-10 in fp64.
/// </remarks>
public sealed partial class PerExampleGradients : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly bool _wasTraining;
    private readonly List<Parameter> _unfrozen = [];
    private readonly List<Action> _removeHooks = [];
    private readonly List<(LayerRule Rule, Tensor Input, Tensor Output, GradientTap.Sink Sink)> _recorded = [];
    private readonly ScalarType? _type;
    private bool _recording;
    private bool _isCutting;

    /// <summary>Prepares a model for per-example gradients.</summary>
    /// <param name="model">Maps [B, ...] to logits [B, classes], example by example. Stays the caller's.</param>
    /// <param name="sample">A batch of at least one example, to see which layers are really called.</param>
    /// <param name="unsupported">What to do with parameters that no rule knows.</param>
    /// <exception cref="GradientException">
    /// Parameters are unsupported and <paramref name="unsupported"/> is Throw, or a layer makes examples interact.
    /// </exception>
    public PerExampleGradients(
        nn.Module<Tensor, Tensor> model, Tensor sample, UnsupportedParameters unsupported = UnsupportedParameters.LoopFallback)
        : this(model, sample, unsupported, type: null)
    {
    }

    /// <summary>
    /// The same with gradients of a type of choice, whatever the types that the model computes in; that of its answer by default.
    /// </summary>
    internal PerExampleGradients(
        nn.Module<Tensor, Tensor> model, Tensor sample, UnsupportedParameters unsupported, ScalarType? type)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sample);
        (_model, _type) = (model, type);
        _wasTraining = model.training;
        model.eval();
        try
        {
            (string Name, Parameter Value)[] trained = [.. model.named_parameters().Where(p => p.parameter.requires_grad)];
            Frozen = [.. model.named_parameters().Where(p => !p.parameter.requires_grad).Select(p => p.name)];
            // A layer's output has to carry a graph even when everything below it is frozen.
            foreach ((_, Parameter value) in model.named_parameters()
                .Where(p => !p.parameter.requires_grad && p.parameter.is_floating_point()))
            {
                value.requires_grad_(true);
                _unfrozen.Add(value);
            }

            List<LayerRule> rules = AttachHooks();
            HashSet<LayerRule> called = FindCalledRules(sample);
            FindBypassed(sample, rules, trained);
            // Used, but never seen by a hook: forward() in place of call().
            _hidden.UnionWith(_bypassed.Where(rule => !called.Contains(rule) && !_elsewhere.Contains(rule)));
            called.ExceptWith(_bypassed);
            HashSet<nint> known = [.. called.SelectMany(r => new[] { r.WeightAddress, r.BiasAddress })];
            LayersNotCalled = [.. rules.Where(r => !called.Contains(r) && !_elsewhere.Contains(r) && !_bypassed.Contains(r))
                .Select(r => r.Name)];
            (Captured, Unsupported) = Arrange(trained, known, unsupported);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The parameters whose gradient is taken, in the model's order; shared parameters once.</summary>
    public IReadOnlyList<ParameterSlot> Captured { get; }

    /// <summary>Names of the parameters that no rule knows: skipped or looped, as asked for.</summary>
    public IReadOnlyList<string> Unsupported { get; }

    /// <summary>Names of the parameters that don't require a gradient; they aren't part of the gradient.</summary>
    public IReadOnlyList<string> Frozen { get; }

    /// <summary>Names of layers with a rule that the sample batch never reached through <c>call</c>.</summary>
    public IReadOnlyList<string> LayersNotCalled { get; }

    /// <summary>Number of elements of the flat gradient.</summary>
    public long ParameterCount => Captured.Sum(slot => slot.Count);

    /// <summary>The flat gradient of each example.</summary>
    /// <param name="inputs">Shape [B, ...].</param>
    /// <param name="direction">From the logits [B, classes]: ∂f_i/∂logits, of the same shape.</param>
    /// <returns>Shape [B, <see cref="ParameterCount"/>]; the caller disposes it.</returns>
    /// <remarks>Memory: B·P numbers. Methods that need less take the layers one at a time.</remarks>
    public Tensor Of(Tensor inputs, Func<Tensor, Tensor> direction)
    {
        RefuseNothing();
        using DisposeScope scope = NewDisposeScope();
        CapturedBatch batch = Capture(inputs, direction);
        return cat([.. Captured.Select(slot => Gradient(batch, slot))], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same by one forward and one backward pass per example: the definition, slow, against which the rules are checked.
    /// </summary>
    /// <param name="inputs">Shape [B, ...].</param>
    /// <param name="direction">From the logits [B, classes]: ∂f_i/∂logits, of the same shape.</param>
    /// <returns>Shape [B, <see cref="ParameterCount"/>]; the caller disposes it.</returns>
    public Tensor OfByLoop(Tensor inputs, Func<Tensor, Tensor> direction)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(direction);
        RefuseNothing();
        using DisposeScope scope = NewDisposeScope();
        Tensor[][] gradients = LoopOver(inputs, direction, Captured);
        return stack(gradients.Select(g => cat([.. g.Select(t => t.flatten())]))).MoveToOuterDisposeScope();
    }

    /// <summary>Runs a batch forward and backward. The tensors belong to the current dispose scope.</summary>
    internal CapturedBatch Capture(Tensor inputs, Func<Tensor, Tensor> direction)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(direction);
        using IDisposable mode = set_grad_enabled(true);
        Tensor logits = Record(inputs);
        Tensor seed = DirectionAt(logits, direction);
        if (_recorded.Count > 0)
            Autograd.Gradient.Of(logits, [.. _recorded.Select(r => r.Sink.Probe)], seed);
        if (_recorded.Find(r => r.Sink.Failure is not null) is { Sink.Failure: { } failure } failed)
            throw new GradientException(
                $"The gradient at the output of layer {failed.Rule.Name} couldn't be noted: {failure.Message}", failure);
        // An output that didn't matter to the logits has no gradient.
        ScalarType type = _type ?? logits.dtype;
        LayerCall[] calls = [.. _recorded.Select(r => new LayerCall(
            r.Rule, r.Input.is_floating_point() ? r.Input.to_type(type) : r.Input,
            (r.Sink.Gradient ?? zeros_like(r.Output)).to_type(type)))];
        _recorded.Clear();
        foreach (LayerCall call in calls)
        {
            if (call.Input.shape[0] != logits.shape[0] || call.OutputGradient.shape[0] != logits.shape[0])
            {
                throw new GradientException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Layer {call.Rule.Name} was called with shape {Shape.Of(call.Input)} for a batch of {logits.shape[0]}; ")
                    + "the first axis has to be the example's all through the model. Reorder the axes in its forward method.");
            }
        }

        ParameterSlot[] looped = [.. Captured.Where(slot => slot.ByLoop)];
        Dictionary<string, Tensor> byLoop = [];
        if (looped.Length > 0)
        {
            Tensor[][] gradients = LoopOver(inputs, direction, looped);
            for (int s = 0; s < looped.Length; s++)
                byLoop.Add(looped[s].Name, stack(gradients.Select(g => g[s].flatten())));
        }

        return new CapturedBatch(logits.detach().to_type(type), calls, byLoop);
    }

    /// <summary>The gradient [B, elements] of one parameter: the sum over every call that used it.</summary>
    internal static Tensor Gradient(CapturedBatch batch, ParameterSlot slot)
    {
        if (batch.Looped.TryGetValue(slot.Name, out Tensor? looped))
            return looped.alias();
        Tensor? sum = null;
        ScalarType type = batch.Logits.dtype;
        foreach (LayerCall call in batch.Calls)
        {
            if (call.Rule.WeightAddress == slot.Address)
                Add(call.Rule.WeightGradient(call.Input, call.OutputGradient));
            if (call.Rule.BiasAddress == slot.Address)
                Add(call.Rule.BiasGradient(call.OutputGradient));
        }

        // A layer that this batch didn't reach contributes nothing.
        return sum ?? zeros(batch.Count, slot.Count, dtype: type);

        void Add(Tensor part)
        {
            // Statistics of a normalisation in another type than the gradients give products of that type.
            if (part.dtype != type)
            {
                using Tensor other = part;
                part = other.to_type(type);
            }

            if (sum is null)
                sum = part;
            else
                using (part)
                    sum.add_(part);
        }
    }

    /// <summary>Removes the hooks and gives the model back as it was.</summary>
    public void Dispose()
    {
        foreach (Action remove in _removeHooks)
            remove();
        _removeHooks.Clear();
        foreach (Parameter parameter in _unfrozen)
            parameter.requires_grad_(false);
        _unfrozen.Clear();
        _model.train(_wasTraining);
    }

    private List<LayerRule> AttachHooks()
    {
        List<LayerRule> rules = [];
        HashSet<nn.Module> seen = new(ReferenceEqualityComparer.Instance);
        foreach ((string name, nn.Module module) in _model.named_modules().Prepend((name: "model", module: _model)))
        {
            if (!seen.Add(module) || LayerRule.For(name, module) is not { } rule)
                continue;
            rules.Add(rule);
            _removeHooks.Add(rule.Module.register_forward_pre_hook((_, input) =>
            {
                if (_isCutting)
                    Switch(rule, isOn: false);
                return input;
            }).remove);
            _removeHooks.Add(rule.Module.register_forward_hook((_, input, output) =>
            {
                if (_isCutting)
                    Switch(rule, isOn: true);
                if (!_recording || _bypassed.Contains(rule) || _elsewhere.Contains(rule))
                    return output;
                rule.Check();
                var sink = new GradientTap.Sink();
                _recorded.Add((rule, input.detach(), output.detach(), sink));
                return GradientTap.Behind(output, sink);
            }).remove);
        }

        return rules;
    }

    private Tensor Record(Tensor inputs)
    {
        _recorded.Clear();
        _recording = true;
        try
        {
            return _model.Ask(inputs);
        }
        finally
        {
            _recording = false;
        }
    }

    private void RefuseNothing()
    {
        if (Captured.Count == 0)
        {
            throw new GradientException(
                "No parameter of the model has a gradient that can be seen: all are frozen, or every layer is called by "
                    + "forward() instead of call(). "
                + "Write layer.call(x) in its forward method, so that each layer is seen.");
        }
    }

    private Tensor[][] LoopOver(Tensor inputs, Func<Tensor, Tensor> direction, IReadOnlyList<ParameterSlot> slots)
    {
        using IDisposable mode = set_grad_enabled(true);
        Tensor[] parameters = [.. slots.Select(slot => slot.Parameter)];
        if (inputs.shape[0] == 1)
        {
            Tensor only = _model.Ask(inputs);
            return [InType(only, Autograd.Gradient.Of(only, parameters, DirectionAt(only, direction)))];
        }

        // The direction may depend on labels, so it is taken for the whole batch at once.
        Tensor directions = DirectionAt(_model.Ask(inputs), direction);
        var result = new Tensor[inputs.shape[0]][];
        for (int i = 0; i < result.Length; i++)
        {
            Tensor own = _model.Ask(inputs.narrow(0, i, 1));
            result[i] = InType(own, Autograd.Gradient.Of(own, parameters, directions.narrow(0, i, 1)));
        }

        return result;
    }

    private Tensor[] InType(Tensor answer, Tensor[] gradients) =>
        [.. gradients.Select(gradient => gradient.to_type(_type ?? answer.dtype))];

    private static Tensor DirectionAt(Tensor logits, Func<Tensor, Tensor> direction)
    {
        using IDisposable noGraph = no_grad();
        return direction(logits.detach());
    }

    private static (List<ParameterSlot> Captured, List<string> Unsupported) Arrange(
        (string Name, Parameter Value)[] trained, HashSet<nint> known, UnsupportedParameters policy)
    {
        List<ParameterSlot> captured = [];
        List<string> unsupported = [];
        HashSet<nint> placed = [];
        long offset = 0;
        foreach ((string name, Parameter value) in trained)
        {
            nint address = LayerRule.AddressOf(value);
            if (!placed.Add(address))
                continue;
            bool byLoop = !known.Contains(address);
            if (byLoop)
                unsupported.Add(name);
            if (byLoop && policy == UnsupportedParameters.Skip)
                continue;
            captured.Add(new ParameterSlot(name, value.shape, offset, value.numel())
            {
                Parameter = value,
                Address = address,
                ByLoop = byLoop
            });
            offset += value.numel();
        }

        if (unsupported.Count > 0 && policy == UnsupportedParameters.Throw)
        {
            throw new GradientException(
                $"No per-example rule knows these parameters: {string.Join(", ", unsupported)}. "
                + "Choose unsupported=loop-fallback (exact, slow) or unsupported=skip (left out and recorded).")
            {
                Remedies = [
                    new(RemedyKind.SetMethodOption, "unsupported", "loop-fallback"),
                    new(RemedyKind.SetMethodOption, "unsupported", "skip")
                ],
            };
        }

        return (captured, unsupported);
    }
}
