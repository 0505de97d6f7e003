using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Surrounds a picture with a border and cuts out one of its size at a place drawn uniformly.</summary>
/// <remarks>Both offsets are uniform on {−pad, …, pad}. A pad of 2 is the recipe usual for CIFAR-10.</remarks>
[Augmentation("translate", "moves pictures by up to `pad` pixels each way")]
[Setting("fill", 0, "byte that comes in at the border; -1 for the mean colour", Min = -1, Below = 256, IsWhole = true)]
[Setting("pad", 2, "most pixels moved, in each direction", Below = 1 << 15, IsWhole = true)]
internal sealed class Translate(NamedSettings settings) : Augmentation
{
    private readonly int _pad = (int)settings["pad"];
    private readonly double _fill = settings["fill"];

    public override void Apply(ref AugmentedImage image, ref Draws draws)
    {
        int down = draws.NextBelow((2 * _pad) + 1) - _pad, right = draws.NextBelow((2 * _pad) + 1) - _pad;
        image.Shift(down, right, Color.Of(_fill, image.MeanColor));
    }
}
