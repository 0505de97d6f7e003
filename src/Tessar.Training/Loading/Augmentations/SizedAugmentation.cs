using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Makes pictures of one size from pictures of any.</summary>
/// <param name="settings">With <c>height</c> and <c>width</c>; 0 keeps what came in.</param>
internal abstract class SizedAugmentation(NamedSettings settings) : Augmentation
{
    private readonly int _height = (int)settings["height"];
    private readonly int _width = (int)settings["width"];
    private ImageShape _wanted;

    public sealed override bool TakesAnySize => true;

    public sealed override ImageShape Output(ImageShape input) =>
        _wanted = input with { Height = _height == 0 ? input.Height : _height, Width = _width == 0 ? input.Width : _width };

    public sealed override void Apply(ref AugmentedImage image, ref Draws draws) =>
        Part(image.Shape, ref draws).Apply(ref image, _wanted.Height, _wanted.Width);

    /// <summary>The part of a picture that is kept.</summary>
    protected abstract CropBox Part(ImageShape shape, ref Draws draws);
}
