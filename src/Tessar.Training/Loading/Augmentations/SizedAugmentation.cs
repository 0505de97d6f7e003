using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Makes pictures of one size from pictures of any.</summary>
/// <param name="settings">With <c>height</c> and <c>width</c>; 0 keeps what came in.</param>
internal abstract class SizedAugmentation(NamedSettings settings) : Augmentation
{
    private readonly int height = (int)settings["height"];
    private readonly int width = (int)settings["width"];
    private ImageShape wanted;

    public sealed override bool TakesAnySize => true;

    public sealed override ImageShape Output(ImageShape input) =>
        wanted = input with { Height = height == 0 ? input.Height : height, Width = width == 0 ? input.Width : width };

    public sealed override void Apply(ref Picture picture, ref Draws draws) =>
        Part(picture.Shape, ref draws).Apply(ref picture, wanted.Height, wanted.Width);

    /// <summary>The part of a picture that is kept.</summary>
    protected abstract CropBox Part(ImageShape shape, ref Draws draws);
}
