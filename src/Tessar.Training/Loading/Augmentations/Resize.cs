using Tessar.Examples;
using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>
/// Brings pictures to one size: area average along an axis that shrinks, bilinear with half-pixel centres along one that grows.
/// </summary>
[Augmentation("resize", "brings pictures to one size; nothing is random")]
[Setting("height", 0, "height of the result; 0 for that of the picture", Below = 1 << 15, IsWhole = true)]
[Setting("width", 0, "width of the result; 0 for that of the picture", Below = 1 << 15, IsWhole = true)]
internal sealed class Resize(NamedSettings settings) : SizedAugmentation(settings)
{
    protected override CropBox Part(ImageShape shape, ref Draws draws) => new(0, 0, shape.Height, shape.Width);
}
