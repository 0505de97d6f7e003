using Tessar.Examples;
using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Cuts a square out of the middle and brings it to one size.</summary>
/// <remarks>Its side is ⌊ratio · min(H, W)⌋, but at least one pixel.</remarks>
[Augmentation("center-crop", "cuts a square out of the middle and resizes it; nothing is random")]
[Setting("height", 0, "height of the result; 0 for that of the picture", Below = 1 << 15, IsWhole = true)]
[Setting("ratio", 224.0 / 256, "side of the square as a share of the shorter side", Above = 0, Most = 1)]
[Setting("width", 0, "width of the result; 0 for that of the picture", Below = 1 << 15, IsWhole = true)]
internal sealed class CenterCrop(NamedSettings settings) : SizedAugmentation(settings)
{
    private readonly double _ratio = settings["ratio"];

    protected override CropBox Part(ImageShape shape, ref Draws draws)
    {
        int side = Math.Max(1, (int)(_ratio * Math.Min(shape.Height, shape.Width)));
        return new CropBox((shape.Height - side) / 2, (shape.Width - side) / 2, side, side);
    }
}
