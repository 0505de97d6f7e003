using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Exchanges left and right of some pictures.</summary>
[Augmentation("flip", "exchanges left and right of some pictures")]
[Setting("probability", 0.5, "share of the pictures", Most = 1)]
internal sealed class Flip(NamedSettings settings) : Augmentation
{
    private readonly double _probability = settings["probability"];

    public override void Apply(ref AugmentedImage image, ref Draws draws)
    {
        if (draws.NextSingle() < _probability)
            image.Mirror();
    }
}
