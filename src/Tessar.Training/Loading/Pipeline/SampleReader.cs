using System.Runtime.CompilerServices;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Training.Loading.Augmentations;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>Makes one example's numbers: bytes of the store → augmentations → normalisation → tensor memory. One per worker.</summary>
internal sealed class SampleReader(LoaderPlan plan)
{
    private readonly ExampleSet set = plan.Set;
    private readonly ImageShape source = plan.Source;
    private readonly bool isRaw = plan.Set.Store.HasRawImages && plan.Set.Store.Image == plan.Source;
    private readonly bool takesAnySize = plan.Augmentations is [{ TakesAnySize: true }, ..];
    private readonly ImageShape image = plan.Image;
    private readonly PixelScale scale = new(plan.Input);
    private readonly Augmentation[] augmentations = plan.Augmentations;
    private readonly PictureScratch scratch = new();
    private readonly uint meanColour = Colour.Pack(plan.Input.Mean);
    private readonly float[] interleaved = plan.ChannelsFirst && plan.Image.Channels > 1 ? new float[plan.Image.Size] : [];

    /// <summary>Writes an example's numbers.</summary>
    /// <param name="index">The example, an index of the set.</param>
    /// <param name="key">The key of the epoch; see <see cref="Draws.Key"/>.</param>
    /// <param name="numbers">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(int index, ulong key, Span<float> numbers)
    {
        Picture picture = isRaw ? new Picture(set.Image(index), source, scratch, meanColour) : Decode(index);
        if (augmentations.Length > 0)
            Augment(ref picture, key, set.Store.IdOf(set.Row(index)));
        if (interleaved.Length == 0)
        {
            PlacedRows.Normalise(picture.Pixels, numbers, image, picture.Placement, scale);
            return;
        }

        PlacedRows.Normalise(picture.Pixels, interleaved, image, picture.Placement, scale);
        int area = image.Height * image.Width, channels = image.Channels;
        for (int channel = 0; channel < channels; channel++)
        {
            Span<float> plane = numbers.Slice(channel * area, area);
            for (int i = 0; i < area; i++)
                plane[i] = interleaved[(i * channels) + channel];
        }
    }

    // In its own size where the first augmentation chooses a part of it: a part of a shrunken picture would be blurred.
    private Picture Decode(int index)
    {
        ImageShape shape = takesAnySize ? set.Store.ImageOf(set.Row(index)).Shape with { Channels = source.Channels } : source;
        Span<byte> pixels = scratch.Next(shape.Size);
        set.ReadImage(index, shape, pixels);
        return new Picture(pixels, shape, scratch, meanColour);
    }

    private void Augment(ref Picture picture, ulong key, ulong id)
    {
        for (int place = 0; place < augmentations.Length; place++)
        {
            var draws = new Draws(key, id, place);
            augmentations[place].Apply(ref picture, ref draws);
        }
    }
}
