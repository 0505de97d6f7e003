using System.Text.Json.Serialization;
using Tessar.Inputs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>How a model wants its inputs, where that isn't what most models take; found out once, before the training.</summary>
/// <param name="ChannelsFirst">
/// Whether the numbers of a batch lie with the last axis side by side in memory ("contiguous"), as <c>view</c> demands; of
/// pictures that is channels first. Otherwise they lie as the kind of input prefers: pictures channels last.
/// </param>
/// <param name="Copies">Whether the model gets a copy of every batch, because it changes its input in place.</param>
public sealed record ModelFeed(bool ChannelsFirst, bool Copies)
{
    /// <summary>What most models take.</summary>
    internal static readonly ModelFeed Ordinary = new(ChannelsFirst: false, Copies: false);

    /// <summary>This, or null for what most models take: so it stands in a run.</summary>
    [JsonIgnore]
    internal ModelFeed? Recorded => this == Ordinary ? null : this;

    /// <summary>What a person should know about it, as sentences; null when there is nothing.</summary>
    internal string? Remark(string model, ModelInput input)
    {
        string layout = ChannelsFirst ? input.ContiguousRemark(model) : string.Empty;
        string copy = Copies
            ? $"{model} changes its input in place: it gets a copy of every batch, so that a second look sees the same one. "
                + "With x = x - 0.5 in place of x.sub_(0.5) none is needed."
            : string.Empty;
        return layout.Length + copy.Length == 0 ? null : string.Join(' ', new[] { layout, copy }.Where(text => text.Length > 0));
    }

    /// <summary>Sees to it that the module gets its inputs this way, whoever calls it.</summary>
    /// <remarks>A hook of <c>call</c>: every batch passes it, in training, tests and explanations alike.</remarks>
    internal void ApplyTo(Module<Tensor, Tensor> module)
    {
        if (this != Ordinary)
            module.register_forward_pre_hook((_, input) => Ready(input));
    }

    private Tensor Ready(Tensor input)
    {
        Tensor ordered = ChannelsFirst ? ImageLayout.ChannelsFirst(input) : input;
        return Copies ? ordered.clone() : ordered;
    }
}
