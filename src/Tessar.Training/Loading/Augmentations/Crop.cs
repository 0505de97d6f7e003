using Tessar.Examples;
using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Pads a picture and cuts out one of its size; the border is black or continues the picture mirrored.</summary>
/// <remarks>
/// Offsets are uniform on {0, …, 2 pad}, as for <see cref="Translate"/>. Mirrored, the outermost pixel isn't repeated.
/// </remarks>
[Augmentation("crop", "pads pictures, by mirroring if wanted, and cuts out a part of the old size")]
[Setting("pad", 4, "pixels added at each side", Below = 1 << 15, IsWhole = true)]
[Setting("reflect", 0, "1 to continue the picture mirrored, 0 for a black border", Most = 1, IsWhole = true)]
internal sealed class Crop(NamedSettings settings) : Augmentation
{
    private readonly int _pad = (int)settings["pad"];
    private readonly bool _reflects = settings["reflect"] >= 0.5;

    public override ImageShape Output(ImageShape input) =>
        !_reflects || (_pad < input.Height && _pad < input.Width) ? input : throw new TessarException(
        $"`pad` of crop is {_pad}; to reflect images of {input.Height}×{input.Width} pixels it has to be below "
            + $"{Math.Min(input.Height, input.Width)}.",
        ErrorKind.Usage);

    public override void Apply(ref AugmentedImage image, ref Draws draws)
    {
        int down = draws.NextBelow((2 * _pad) + 1) - _pad, right = draws.NextBelow((2 * _pad) + 1) - _pad;
        if (!_reflects)
        {
            image.Shift(down, right, 0);
            return;
        }

        ImageShape shape = image.Shape;
        ReadOnlySpan<byte> source = image.Edit();
        Span<byte> target = image.Replace(shape);
        for (int y = 0; y < shape.Height; y++)
        {
            int from = Reflected(y + down, shape.Height) * shape.Width;
            for (int x = 0; x < shape.Width; x++)
            {
                source.Slice((from + Reflected(x + right, shape.Width)) * shape.Channels, shape.Channels)
                    .CopyTo(target[(((y * shape.Width) + x) * shape.Channels)..]);
            }
        }
    }

    private static int Reflected(int at, int size) => at < 0 ? -at : at < size ? at : (2 * size) - 2 - at;
}
