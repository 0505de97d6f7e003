using Tessar.Examples;
using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Cuts out a part of random area and aspect and brings it to one size.</summary>
/// <remarks>
/// Ten tries: area a uniform on [minArea, maxArea)·HW, log r uniform on [−log maxRatio, log maxRatio), w = round √(a r),
/// h = round √(a / r), taken if they fit, at a uniform place. If none does, the largest centred part whose aspect lies within
/// the bounds. Source: Szegedy et al., "Going deeper with convolutions", arXiv:1409.4842, section 6; defaults as usual for
/// ImageNet.
/// </remarks>
[Augmentation("random-resized-crop", "cuts out a part of random area and aspect and resizes it")]
[Setting("height", 0, "height of the result; 0 for that of the picture", Below = 1 << 15, IsWhole = true)]
[Setting("maxArea", 1, "largest share of the area", Above = 0, Most = 1)]
[Setting("maxRatio", 4.0 / 3, "largest ratio of width to height, and of height to width", Min = 1, Below = 1000)]
[Setting("minArea", 0.08, "smallest share of the area", Above = 0, Most = 1)]
[Setting("width", 0, "width of the result; 0 for that of the picture", Below = 1 << 15, IsWhole = true)]
internal sealed class RandomResizedCrop(NamedSettings settings) : SizedAugmentation(settings)
{
    private const int Tries = 10;

    private readonly double _minArea = settings["minArea"];
    private readonly double _maxArea = settings["maxArea"];
    private readonly double _maxRatio = settings["maxRatio"];

    protected override CropBox Part(ImageShape shape, ref Draws draws)
    {
        double area = (double)shape.Height * shape.Width, bound = Math.Log(_maxRatio);
        for (int i = 0; i < Tries; i++)
        {
            double wanted = draws.NextBetween(_minArea, _maxArea) * area, ratio = Math.Exp(draws.NextBetween(-bound, bound));
            int width = Rounded(Math.Sqrt(wanted * ratio)), height = Rounded(Math.Sqrt(wanted / ratio));
            if (width > 0 && width <= shape.Width && height > 0 && height <= shape.Height)
                return new CropBox(
                    draws.NextBelow(shape.Height - height + 1), draws.NextBelow(shape.Width - width + 1), height, width);
        }

        double aspect = Math.Clamp((double)shape.Width / shape.Height, 1 / _maxRatio, _maxRatio);
        int h = Math.Clamp(Rounded(shape.Width / aspect), 1, shape.Height), w = Math.Clamp(Rounded(h * aspect), 1, shape.Width);
        return new CropBox((shape.Height - h) / 2, (shape.Width - w) / 2, h, w);
    }

    private static int Rounded(double value) => (int)Math.Round(value, MidpointRounding.AwayFromZero);
}
