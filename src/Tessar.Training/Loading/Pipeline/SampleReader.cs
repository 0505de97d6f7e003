using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Training.Loading.Augmentations;
using Tessar.Training.Loading.Caching;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>
/// Makes the inputs of examples: bytes of the store → augmentations, of pictures → encoding → tensor memory. One per worker.
/// </summary>
internal sealed class SampleReader(LoaderPlan plan)
{
    // How far ahead the next examples are fetched into the cache.
    private const int Lookahead = 3;

    private readonly ExampleSet _set = plan.Set;
    private readonly ModelInput _input = plan.Source;
    private readonly DenseRows? _rows = DenseRows.Of(plan.Set, plan.Source);
    private readonly ImageReader? _images = ImageReader.Of(
        plan.Set, plan.Source, plan.Input, plan.Augmentations, plan.ChannelsFirst);

    /// <summary>Where examples are read from instead of the mapped file; null for that.</summary>
    public PageCache? Cache { get; set; }

    /// <summary>Writes the inputs and labels of some examples of a batch.</summary>
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
            Read(index, key, slot.Input(at));
            labels[at] = _rows is null ? _set.Label(index) : _rows.Label(index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(int index, ulong key, Span<byte> input)
    {
        ReadOnlySpan<byte> raw = _rows is null ? default : Raw(index);
        if (_images is not null)
            _images.Read(index, raw, key, MemoryMarshal.Cast<byte, float>(input));
        else
            _input.Read(_set, index, raw, input);
    }

    private ReadOnlySpan<byte> Raw(int index) =>
        Cache is null ? _rows!.Bytes(index) : Cache.Bytes(_set.Row(index));
}
