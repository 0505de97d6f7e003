using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Multiplies every pixel by a factor.</summary>
/// <remarks>The factor is uniform on [1 − amount, 1 + amount); results are rounded and kept within 0..255.</remarks>
[Augmentation("brightness", "multiplies pixels by a random factor")]
[Setting("amount", 0.2, "largest departure of the factor from 1", Most = 1)]
internal sealed class Brightness(NamedSettings settings) : Augmentation
{
    private readonly double _amount = settings["amount"];

    public override void Apply(ref AugmentedImage image, ref Draws draws)
    {
        float factor = (float)draws.NextBetween(1 - _amount, 1 + _amount);
        int channels = image.Shape.Channels, colors = Luma.ColorChannels(channels);
        Span<byte> pixels = image.Edit();
        for (int at = 0; at < pixels.Length; at += channels)
        {
            for (int c = at; c < at + colors; c++)
                pixels[c] = Luma.Saturate(pixels[c] * factor);
        }
    }
}
