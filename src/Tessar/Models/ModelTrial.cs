using Tessar.Inputs;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>Watches a model while it is tried: what it does to its input, and what its layers meet.</summary>
internal sealed class ModelTrial : IDisposable
{
    private readonly Module<Tensor, Tensor> _module;
    private readonly string _name;
    private readonly List<Action> _remove = [];

    /// <summary>Attaches what watches; disposing of this takes it away.</summary>
    /// <param name="module">The model; stays the caller's.</param>
    /// <param name="name">What it is called in messages.</param>
    public ModelTrial(Module<Tensor, Tensor> module, string name)
    {
        (_module, _name) = (module, name);
        foreach ((string layer, Module child) in module.named_modules())
        {
            if (child is GroupNorm group)
                _remove.Add(group.register_forward_pre_hook((_, input) => NoteGroupNorm(input)).remove);
            else if (child is NormBase norm
                and (TorchSharp.Modules.BatchNorm1d or TorchSharp.Modules.BatchNorm2d or TorchSharp.Modules.BatchNorm3d))
                _remove.Add(norm.register_forward_pre_hook((_, input) => NoteBatchNorm(layer, norm, input)).remove);
        }
    }

    /// <summary>Whether an input was another one after the model had seen it.</summary>
    public bool ChangesInput { get; private set; }

    /// <summary>
    /// Whether a group normalisation was asked for an input that needs no gradient and isn't channels-first in memory. Its
    /// backward pass would end the process: libtorch's channels-last kernel writes the input's gradient even when nobody asked
    /// for it.
    /// </summary>
    public bool MeetsUnsafeGroupNorm { get; private set; }

    /// <summary>
    /// Name of a batch normalisation that was asked, in training mode, for the statistics of a single number; null without one.
    /// </summary>
    public string? LonelyBatchNorm { get; private set; }

    /// <summary>Asks the model.</summary>
    /// <param name="input">[B, ...]; may be another tensor afterwards.</param>
    /// <param name="where">As for <see cref="ModelCall.Ask"/>.</param>
    /// <exception cref="TessarException">As there.</exception>
    public Tensor Ask(Tensor input, string where = "")
    {
        using Tensor before = input.detach().clone();
        (long[] shape, long[] strides) = (input.shape, input.stride());
        Tensor answer = _module.Ask(input, where, _name);
        ChangesInput |= input.IsInvalid || !input.shape.AsSpan().SequenceEqual(shape)
            || !input.stride().AsSpan().SequenceEqual(strides)
            || !HasSameNumbers(input, before);
        return answer;
    }

    /// <inheritdoc/>
    public void Dispose() => _remove.ForEach(remove => remove());

    private static bool HasSameNumbers(Tensor input, Tensor before)
    {
        using var scope = NewDisposeScope();
        return !input.detach().ne(before).any().item<bool>();
    }

    private Tensor NoteGroupNorm(Tensor input)
    {
        MeetsUnsafeGroupNorm |= !input.requires_grad && !ImageLayout.IsOrdinary(input);
        return input;
    }

    // [B, channels, ...]: a statistic is over all axes but the second.
    private Tensor NoteBatchNorm(string layer, NormBase norm, Tensor input)
    {
        if (norm.training && input.dim() > 1 && input.shape[0] == 1 && input.numel() == input.shape[1])
            LonelyBatchNorm ??= layer;
        return input;
    }
}
