using Tessar.Examples;
using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Covers a square of the picture.</summary>
/// <remarks>
/// The corner is uniform over the places at which the square lies inside. Source: DeVries and Taylor, "Improved regularization of
/// convolutional neural networks with cutout", arXiv:1708.04552.
/// </remarks>
[Augmentation("cutout", "covers a square")]
[Setting("fill", 0, "byte that covers; -1 for the mean colour", Min = -1, Below = 256, IsWhole = true)]
[Setting("size", 4, "side of the square, in pixels", Min = 1, Below = 1 << 15, IsWhole = true)]
internal sealed class Cutout(NamedSettings settings) : Augmentation
{
    private readonly int _size = (int)settings["size"];
    private readonly double _fill = settings["fill"];

    public override ImageShape Output(ImageShape input) =>
        _size <= Math.Min(input.Height, input.Width) ? input : throw new TessarException(
        $"`size` of cutout is {_size}; for images of {input.Height}×{input.Width} pixels it can be at most "
            + $"{Math.Min(input.Height, input.Width)}.",
        ErrorKind.Usage);

    public override void Apply(ref AugmentedImage image, ref Draws draws)
    {
        ImageShape shape = image.Shape;
        int top = draws.NextBelow(shape.Height - _size + 1), left = draws.NextBelow(shape.Width - _size + 1);
        uint color = Color.Of(_fill, image.MeanColor);
        Span<byte> pixels = image.Edit();
        for (int y = top; y < top + _size; y++)
        {
            Span<byte> row = pixels.Slice(((y * shape.Width) + left) * shape.Channels, _size * shape.Channels);
            for (int i = 0; i < row.Length; i++)
                row[i] = (byte)(color >> (8 * (i % shape.Channels)));
        }
    }
}
