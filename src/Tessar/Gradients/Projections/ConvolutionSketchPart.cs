using System.Collections.Concurrent;
using Tessar.Autograd;
using Tessar.Autograd.Kernels;
using Tessar.Autograd.LayerRules;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>
/// Count-sketch of a convolution's weight gradient, computed example by example in cache instead of for a whole batch in memory.
/// </summary>
/// <remarks>
/// For ungrouped, zero-padded fp32 convolutions that are called once. The numbers are those of <see cref="CountSketchPart"/> up
/// to rounding.
/// </remarks>
internal sealed class ConvolutionSketchPart : SketchPart
{
    private readonly ParameterSlot _slot;
    private readonly Conv2dRule _rule;
    private readonly int _width;
    private readonly ConvolutionGradientKernel _kernel;
    private readonly uint[] _table;
    private readonly ConcurrentBag<ConvolutionGradientKernel.Workspace> _workspaces = [];

    private ConvolutionSketchPart(ParameterSlot slot, Conv2dRule rule, ConvolutionGeometry geometry, ulong key, int width)
    {
        (_slot, _rule, _width) = (slot, rule, width);
        _kernel = new ConvolutionGradientKernel(geometry);
        uint[] canonical = SketchHash.Table(key, slot.Count, width);
        _table = Array.ConvertAll(_kernel.CanonicalOrder(), j => canonical[j]);
    }

    public override string Description => $"count-sketch {_slot.Name}";

    public override IReadOnlyList<string> Parameters => [_slot.Name];

    /// <summary>The part for a weight when it is of this kind, else null.</summary>
    public static ConvolutionSketchPart? TryCreate(ParameterSlot slot, CapturedBatch sample, ulong key, int width)
    {
        LayerCall[] calls = [.. sample.Calls.Where(c =>
            c.Rule.WeightAddress == slot.Address || c.Rule.BiasAddress == slot.Address)];
        if (calls is not [{ Rule: Conv2dRule rule } call] || rule.WeightAddress != slot.Address
            || call.Input.dtype != ScalarType.Float32
            || rule.GeometryFor(call.Input.shape, call.OutputGradient.shape) is not { } geometry)
        {
            return null;
        }

        return new ConvolutionSketchPart(slot, rule, geometry, key, width);
    }

    public override unsafe SketchWork Begin(CapturedBatch batch, Tensor rows)
    {
        LayerCall call = batch.Calls.Single(c => ReferenceEquals(c.Rule, _rule));
        Tensor images = ChannelsLast(call.Input), deltas = ChannelsLast(call.OutputGradient);
        float* image = TensorAccess.Pointer(images), delta = TensorAccess.Pointer(deltas), row = TensorAccess.Pointer(rows);
        long imageSize = images.numel() / batch.Count, deltaSize = deltas.numel() / batch.Count;
        return new SketchWork(
            _table.Length * deltaSize / 16,
            i =>
            {
                if (!_workspaces.TryTake(out ConvolutionGradientKernel.Workspace? workspace))
                    workspace = _kernel.NewWorkspace();
                _kernel.Compute(image + i * imageSize, delta + i * deltaSize, workspace);
                SketchHash.Add(_table, workspace.Gradient, new Span<float>(row + (long)i * _width, _width));
                _workspaces.Add(workspace);
            },
            images, deltas);
    }

    // No copy when the tensor is channels-last already.
    private static Tensor ChannelsLast(Tensor tensor)
    {
        using Tensor permuted = tensor.permute(0, 2, 3, 1);
        return permuted.contiguous();
    }
}
