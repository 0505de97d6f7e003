using Tessar.Autograd.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>
/// 2-D convolutions: per group, G_i = Δ_i A_iᵀ with A_i [C/g·kh·kw, L] the unfolded input and Δ_i [C_out/g, L], L output pixels.
/// </summary>
/// <remarks>
/// Exact for any stride, padding (numbers, same, valid; zero, reflect, replicate, circular), dilation and number of groups.
/// </remarks>
internal sealed class Conv2dRule(string name, Conv2d layer) : LayerRule(name, layer)
{
    public override Parameter? Weight => layer.weight;

    public override Parameter? Bias => layer.bias;

    public (int Height, int Width) Kernel => ((int)layer.kernel_size[0], (int)layer.kernel_size[1]);

    public (int Height, int Width) Stride => ((int)layer.stride[0], (int)layer.stride[1]);

    public (int Height, int Width) Dilation => ((int)layer.dilation[0], (int)layer.dilation[1]);

    public static LayerRule? TryCreate(string name, nn.Module module) =>
        module is Conv2d conv ? new Conv2dRule(name, conv) : null;

    public override Tensor WeightGradient(Tensor input, Tensor outputGradient)
    {
        long examples = input.shape[0], groups = layer.groups;
        using Tensor patches = nn.functional.unfold(
            Pad(input), (Kernel.Height, Kernel.Width), (Dilation.Height, Dilation.Width), (0, 0), (Stride.Height, Stride.Width));
        using Tensor a = patches.reshape(examples * groups, -1, patches.shape[2]);
        using Tensor delta = outputGradient.reshape(examples * groups, layer.out_channels / groups, -1);
        using Tensor product = delta.bmm(a.transpose(1, 2));
        return product.reshape(examples, -1);
    }

    public override Tensor BiasGradient(Tensor outputGradient) => outputGradient.sum([2, 3]);

    /// <summary>
    /// Sizes for the kernel that needs no unfolding; null for what it doesn't do: groups and padding with other than zeros.
    /// </summary>
    /// <param name="input">[B, channels, height, width].</param>
    /// <param name="output">[B, channels, height, width].</param>
    public ConvolutionGeometry? GeometryFor(long[] input, long[] output)
    {
        if (layer.groups != 1 || (layer.padding_mode != PaddingModes.Zeros && (Padding(0), Padding(1)) is not ((0, 0), (0, 0))))
            return null;
        (int top, int bottom) = Padding(0);
        (int left, int right) = Padding(1);
        return new ConvolutionGeometry(
            (int)input[2], (int)input[3], (int)input[1], (int)output[2], (int)output[3], (int)output[1], Kernel.Height,
            Kernel.Width,
            Stride.Height, Stride.Width, Dilation.Height, Dilation.Width, top, bottom, left, right);
    }

    /// <summary>The input with the layer's padding applied, so that what follows needs none.</summary>
    public Tensor Pad(Tensor input)
    {
        (int top, int bottom) = Padding(0);
        (int left, int right) = Padding(1);
        if (top + bottom + left + right == 0)
            return input.alias();
        return nn.functional.pad(input, (left, right, top, bottom), layer.padding_mode, 0);
    }

    /// <summary>Rows (axis 0) or columns (axis 1) added before and after the input.</summary>
    public (int Before, int After) Padding(int axis)
    {
        switch (layer.padding_type)
        {
            case TorchSharp.Padding.Valid:
                return (0, 0);
            case TorchSharp.Padding.Same:
                // An even kernel has the extra row or column at the end, as in PyTorch.
                int total = (int)(layer.dilation[axis] * (layer.kernel_size[axis] - 1));
                return (total / 2, total - total / 2);
            default:
                return ((int)layer.padding![axis], (int)layer.padding[axis]);
        }
    }
}
