using System.Runtime.CompilerServices;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Training.Loading.Augmentations;
using Tessar.Training.Loading.Caching;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>
/// Makes one example's numbers: bytes of the store → augmentations → normalisation → tensor memory. One per worker.
/// </summary>
internal sealed class SampleReader(LoaderPlan plan)
{
    // How far ahead the next pictures are fetched into the cache.
    private const int Lookahead = 3;

    private readonly ExampleSet _set = plan.Set;
    private readonly ImageShape _source = plan.Source;
    private readonly DenseRows? _rows = DenseRows.Of(plan.Set, plan.Source);
    private readonly bool _takesAnySize = plan.Augmentations is [{ TakesAnySize: true }, ..];
    private readonly ImageShape _image = plan.Image;
    private readonly PixelScale _scale = new(plan.Input);
    private readonly Augmentation[] _augmentations = plan.Augmentations;
    private readonly PictureScratch _scratch = new();
    private readonly uint _meanColour = Colour.Pack(plan.Input.Mean);
    private readonly float[] _interleaved = plan.ChannelsFirst && plan.Image.Channels > 1 ? new float[plan.Image.Size] : [];

    /// <summary>Where images are read from instead of the mapped file; null for that.</summary>
    public PageCache? Cache { get; set; }

    /// <summary>Writes the numbers and labels of some examples of a batch.</summary>
    /// <param name="slot">The batch.</param>
    /// <param name="at">The first; counted up, so that on an error it tells which it was.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="key">The key of the epoch; see <see cref="Draws.Key"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(BatchSlot slot, ref int at, int end, ulong key)
    {
        ReadOnlySpan<int> indices = slot.Indices;
        Span<long> labels = slot.Labels;
        for (; at < end; at++)
        {
            int index = indices[at];
            if (_rows is not null && Cache is null && at + Lookahead < indices.Length)
                _rows.Prefetch(indices[at + Lookahead]);
            Read(index, key, slot.Numbers(at));
            labels[at] = _rows is null ? _set.Label(index) : _rows.Label(index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(int index, ulong key, Span<float> numbers)
    {
        Picture picture = _rows is null ? Decode(index) : new Picture(Raw(index), _source, _scratch, _meanColour);
        if (_augmentations.Length > 0)
            Augment(ref picture, key, _set.Store.IdOf(_set.Row(index)));
        if (_interleaved.Length == 0)
        {
            PlacedRows.Normalise(picture.Pixels, numbers, _image, picture.Placement, _scale);
            return;
        }

        PlacedRows.Normalise(picture.Pixels, _interleaved, _image, picture.Placement, _scale);
        int area = _image.Height * _image.Width, channels = _image.Channels;
        for (int channel = 0; channel < channels; channel++)
        {
            Span<float> plane = numbers.Slice(channel * area, area);
            for (int i = 0; i < area; i++)
                plane[i] = _interleaved[(i * channels) + channel];
        }
    }

    private ReadOnlySpan<byte> Raw(int index) =>
        Cache is null ? _rows!.Image(index) : Cache.Image(_set.Row(index));

    // In its own size where the first augmentation chooses a part of it: a part of a shrunken picture would be blurred.
    private Picture Decode(int index)
    {
        ImageShape shape = _takesAnySize
            ? _set.Store.ImageOf(_set.Row(index)).Shape with { Channels = _source.Channels }
            : _source;
        Span<byte> pixels = _scratch.Next(shape.Size);
        _set.ReadImage(index, shape, pixels);
        return new Picture(pixels, shape, _scratch, _meanColour);
    }

    private void Augment(ref Picture picture, ulong key, ulong id)
    {
        for (int place = 0; place < _augmentations.Length; place++)
        {
            var draws = new Draws(key, id, place);
            _augmentations[place].Apply(ref picture, ref draws);
        }
    }
}
