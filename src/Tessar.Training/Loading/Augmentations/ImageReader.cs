using System.Runtime.CompilerServices;
using Tessar.Examples;
using Tessar.Inputs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>
/// Makes one picture's numbers: bytes of the store → augmentations → normalisation → tensor memory. One per worker.
/// </summary>
internal sealed class ImageReader
{
    private readonly ExampleSet _set;
    private readonly ImageShape _source;
    private readonly ImageShape _image;
    private readonly PixelScale _scale;
    private readonly Augmentation[] _augmentations;
    private readonly bool _takesAnySize;
    private readonly ImageScratch _scratch = new();
    private readonly uint _meanColor;
    private readonly float[] _interleaved;

    private ImageReader(
        ExampleSet set, ImageInput source, ImageInput delivered, Augmentation[] augmentations, bool channelsFirst)
    {
        (_set, _source, _image, _augmentations) = (set, source.Image, delivered.Image, augmentations);
        _takesAnySize = augmentations is [{ TakesAnySize: true }, ..];
        _scale = source.Scale;
        _meanColor = Color.Pack(source.Normalization.Mean);
        _interleaved = channelsFirst && _image.Channels > 1 ? new float[_image.Size] : [];
    }

    /// <summary>What reads pictures; null for inputs of another kind.</summary>
    /// <param name="set">The examples.</param>
    /// <param name="source">What they are before the augmentations.</param>
    /// <param name="delivered">What they are afterwards.</param>
    /// <param name="augmentations">What is done to them, in order.</param>
    /// <param name="channelsFirst">Whether the numbers lie channel by channel.</param>
    public static ImageReader? Of(
        ExampleSet set, ModelInput source, ModelInput delivered, Augmentation[] augmentations, bool channelsFirst) =>
        source is ImageInput from && delivered is ImageInput to
            ? new ImageReader(set, from, to, augmentations, channelsFirst)
            : null;

    /// <summary>Writes the numbers of a picture.</summary>
    /// <param name="index">Of the example in the set.</param>
    /// <param name="raw">Its pixels as they lie in the file; empty when it has to be decoded.</param>
    /// <param name="key">The key of the epoch; see <see cref="Draws.Key"/>.</param>
    /// <param name="numbers">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(int index, ReadOnlySpan<byte> raw, ulong key, Span<float> numbers)
    {
        AugmentedImage image = raw.IsEmpty ? Decode(index) : new AugmentedImage(raw, _source, _scratch, _meanColor);
        if (_augmentations.Length > 0)
            Augment(ref image, key, _set.Store.IdOf(_set.Row(index)));
        if (_interleaved.Length == 0)
        {
            PlacedRows.Normalize(image.Pixels, numbers, _image, image.Placement, _scale);
            return;
        }

        PlacedRows.Normalize(image.Pixels, _interleaved, _image, image.Placement, _scale);
        int area = _image.Height * _image.Width, channels = _image.Channels;
        for (int channel = 0; channel < channels; channel++)
        {
            Span<float> plane = numbers.Slice(channel * area, area);
            for (int i = 0; i < area; i++)
                plane[i] = _interleaved[(i * channels) + channel];
        }
    }

    // In its own size where the first augmentation chooses a part of it: a part of a shrunken picture would be blurred.
    private AugmentedImage Decode(int index)
    {
        ImageShape shape = _takesAnySize
            ? _set.Store.ImageOf(_set.Row(index)).Shape with { Channels = _source.Channels }
            : _source;
        Span<byte> pixels = _scratch.Next(shape.Size);
        _set.ReadImage(index, shape, pixels);
        return new AugmentedImage(pixels, shape, _scratch, _meanColor);
    }

    private void Augment(ref AugmentedImage image, ulong key, ulong id)
    {
        for (int place = 0; place < _augmentations.Length; place++)
        {
            var draws = new Draws(key, id, place);
            _augmentations[place].Apply(ref image, ref draws);
        }
    }
}
