using Tessar.Examples;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Models;

/// <summary>
/// Nine layers with two residual blocks and batch normalisation: the small, quick residual network of CIFAR-10.
/// </summary>
/// <remarks>
/// conv1 (3×3, 64) → conv2 (5×5, stride 2, 128) → residual1 → conv3 (3×3, 256), pooled by 2 → residual2 → conv4 (3×3 without
/// padding, 128) → the largest value of each channel → fc, divided by 5. Each convolution is without bias and followed by batch
/// normalisation and ReLU; a residual block adds two such layers to its input. 2,274,880 parameters for colour images in 10
/// classes, 2,273,728 for grey ones. This is the network that FFCV and TRAK publish CIFAR-10 figures of. Source of its shape:
/// FFCV, arXiv:2306.12517, after K. Coleman et al., "DAWNBench", 2017.
/// </remarks>
[ZooModel("resnet9", LearningRate = 2e-3)]
internal sealed class Resnet9 : nn.Module<Tensor, Tensor>
{
    // Keeps the first logits small, as long as the last layer hasn't learnt anything yet.
    private const double LogitScale = 0.2;

    private readonly NormalizedConvolution conv1;
    private readonly NormalizedConvolution conv2;
    private readonly ResidualBlock residual1;
    private readonly NormalizedConvolution conv3;
    private readonly ResidualBlock residual2;
    private readonly NormalizedConvolution conv4;
    private readonly Linear fc;

    public Resnet9(ImageShape image, int classes)
        : base(nameof(Resnet9))
    {
        const int least = 11; // halved to 6, pooled to 3, and the last convolution takes 3×3
        if (image.Height < least || image.Width < least)
        {
            throw new ArgumentException(
                $"resnet9 needs images of at least {least}×{least} pixels; these have {image.Height}×{image.Width}. Use "
                    + $"cnn or mlp.",
                nameof(image)).ForUser(ErrorKind.InputData, new Remedy(RemedyKind.ChangeArgument, "model", "cnn"));
        }

        conv1 = new NormalizedConvolution(image.Channels, 64, kernel: 3, stride: 1, padding: 1);
        conv2 = new NormalizedConvolution(64, 128, kernel: 5, stride: 2, padding: 2);
        residual1 = new ResidualBlock(128);
        conv3 = new NormalizedConvolution(128, 256, kernel: 3, stride: 1, padding: 1);
        residual2 = new ResidualBlock(256);
        conv4 = new NormalizedConvolution(256, 128, kernel: 3, stride: 1, padding: 0);
        fc = nn.Linear(128, classes, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor first = conv1.call(input);
        using Tensor second = conv2.call(first);
        using Tensor third = residual1.call(second);
        using Tensor fourth = conv3.call(third);
        using Tensor pooled = nn.functional.max_pool2d(fourth, 2);
        using Tensor fifth = residual2.call(pooled);
        using Tensor sixth = conv4.call(fifth);
        using Tensor largest = sixth.amax([2, 3]);
        using Tensor logits = fc.call(largest);
        return logits * LogitScale;
    }

    /// <summary>Convolution without bias, batch normalisation, ReLU.</summary>
    private sealed class NormalizedConvolution : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv;
        private readonly BatchNorm2d norm;

        public NormalizedConvolution(long from, long to, long kernel, long stride, long padding)
            : base(nameof(NormalizedConvolution))
        {
            conv = nn.Conv2d(from, to, kernel_size: kernel, stride: stride, padding: padding, bias: false);
            norm = nn.BatchNorm2d(to);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor convolved = conv.call(input);
            using Tensor normalized = norm.call(convolved);
            return nn.functional.relu(normalized);
        }
    }

    /// <summary>x + layer(layer(x)).</summary>
    private sealed class ResidualBlock : nn.Module<Tensor, Tensor>
    {
        private readonly NormalizedConvolution conv1;
        private readonly NormalizedConvolution conv2;

        public ResidualBlock(long channels)
            : base(nameof(ResidualBlock))
        {
            conv1 = new NormalizedConvolution(channels, channels, kernel: 3, stride: 1, padding: 1);
            conv2 = new NormalizedConvolution(channels, channels, kernel: 3, stride: 1, padding: 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor inner = conv1.call(input);
            using Tensor outer = conv2.call(inner);
            return input + outer;
        }
    }
}
