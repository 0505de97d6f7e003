using Tessar.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>What layers of a model are called with and answer, call by call; ends its watch when it is disposed.</summary>
/// <remarks>
/// Only layers called by <c>call</c> are seen, as with every hook. Values are copied as they pass: a Sequential disposes of what
/// it has used, and an activation that works in place overwrites what it was given.
/// </remarks>
internal sealed class LayerActivations : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly List<Action> _unhook = [];
    private readonly List<LayerActivation> _calls = [];

    /// <summary>Starts to watch.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="watched">Which of its layers.</param>
    public LayerActivations(nn.Module<Tensor, Tensor> model, Predicate<nn.Module<Tensor, Tensor>> watched)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(watched);
        _model = model;
        foreach ((string name, nn.Module module) in model.named_modules())
        {
            if (module is not nn.Module<Tensor, Tensor> layer || !watched(layer))
                continue;
            _unhook.Add(layer.register_forward_hook((_, input, output) =>
            {
                _calls.Add(new LayerActivation(name, layer, input.detach().clone(), output.detach().clone()));
                return output;
            }).remove);
        }
    }

    /// <summary>The dense layer that is called last when the model answers: it turns features into logits.</summary>
    /// <param name="model">The model, in evaluation mode; stays the caller's.</param>
    /// <param name="sample">Inputs of the kind it is called with.</param>
    /// <returns>The layer and its name; null when no dense layer is called.</returns>
    /// <remarks>The order in which layers are registered says nothing about the order in which they are called.</remarks>
    public static (string Name, Linear Layer)? LastLinear(nn.Module<Tensor, Tensor> model, Tensor sample)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGraph = no_grad();
        using var watch = new LayerActivations(model, layer => layer is Linear);
        return watch.Of(sample) is [.., { } last] ? (last.Name, (Linear)last.Layer) : null;
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">[B, ...]; stays the caller's.</param>
    /// <returns>Every call of a watched layer, in order; the tensors belong to the current dispose scope.</returns>
    public IReadOnlyList<LayerActivation> Of(Tensor inputs)
    {
        _calls.Clear();
        _model.Ask(inputs);
        return [.. _calls];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Action unhook in _unhook)
            unhook();
        _unhook.Clear();
    }
}

/// <summary>One call of a layer; the values are copies without a graph.</summary>
/// <param name="Name">The layer's name inside the model.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Input">What it was called with, [B, ...].</param>
/// <param name="Output">What it answered, [B, ...].</param>
internal sealed record LayerActivation(string Name, nn.Module<Tensor, Tensor> Layer, Tensor Input, Tensor Output);
