using Tessar.Examples;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Models;

/// <summary>
/// Two 3×3 convolutions (32 and 64 channels), each with ReLU and 2×2 max-pooling, then 128 units, then the classes.
/// </summary>
/// <remarks>
/// 421,642 parameters for 28×28 grey images in 10 classes. Names and layouts are those of the same network in PyTorch:
/// conv1, conv2 [out, in, 3, 3], fc1, fc2 [out, in], each with .weight and .bias.
/// </remarks>
[ZooModel("cnn", LearningRate = 2e-3)]
internal sealed class Cnn : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly Linear fc1;
    private readonly Linear fc2;

    public Cnn(ImageShape image, int classes)
        : base(nameof(Cnn))
    {
        // Each pooling halves the sides, rounding down.
        int height = image.Height / 4, width = image.Width / 4;
        if (height == 0 || width == 0)
        {
            throw new ArgumentException(
                $"cnn pools twice, so images need at least 4×4 pixels; these have {image.Height}×{image.Width}. Use mlp.",
                nameof(image))
                .ForUser(ErrorKind.InputData, new Remedy(RemedyKind.ChangeArgument, "model", "mlp"));
        }

        conv1 = nn.Conv2d(image.Channels, 32, kernel_size: 3, padding: 1);
        conv2 = nn.Conv2d(32, 64, kernel_size: 3, padding: 1);
        fc1 = nn.Linear(64L * height * width, 128);
        fc2 = nn.Linear(128, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor first = conv1.call(input);
        using Tensor firstActive = nn.functional.relu(first);
        using Tensor firstPooled = nn.functional.max_pool2d(firstActive, 2);
        using Tensor second = conv2.call(firstPooled);
        using Tensor secondActive = nn.functional.relu(second);
        using Tensor secondPooled = nn.functional.max_pool2d(secondActive, 2);
        using Tensor features = secondPooled.flatten(1);
        using Tensor third = fc1.call(features);
        using Tensor thirdActive = nn.functional.relu(third);
        return fc2.call(thirdActive);
    }
}
