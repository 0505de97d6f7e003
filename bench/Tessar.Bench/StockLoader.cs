using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>TorchSharp's DataLoader over pictures in memory.</summary>
/// <remarks>
/// Either bytes, which its data set converts and normalises one by one as a program of this library would, or, to see what the
/// loader itself costs, numbers that are converted and normalised before the clock starts.
/// </remarks>
internal sealed class StockLoader : utils.data.Dataset
{
    private const int MeasuredBatches = 20;

    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly int _batchSize;
    // Kept, because TorchSharp's data loader may have a number made on the spot collected before libtorch has read it.
    private readonly (Scalar Mean, Scalar Std)? _normalization;

    public StockLoader(ExampleSet set, ImageInput input, int batchSize, bool isPrepared)
    {
        int[] all = [.. Enumerable.Range(0, set.Count)];
        _labels = Inputs.Batches.Labels(set, all);
        _images = isPrepared ? Inputs.Batches.Inputs(set, all, input) : ResidentImages.Bytes(set);
        _normalization = isPrepared ? null : (
            (input.Normalization.Mean[0] * 255).ToScalar(), (input.Normalization.Std[0] * 255).ToScalar());
        _batchSize = batchSize;
    }

    public override long Count => _images.shape[0];

    public override Dictionary<string, Tensor> GetTensor(long index) => new(StringComparer.Ordinal)
    {
        ["image"] = _normalization is var (mean, std) ? _images[index].to(float32).sub_(mean).div_(std) : _images[index],
        ["label"] = _labels[index],
    };

    /// <summary>Reads some batches of an epoch in a new order.</summary>
    public int Batches()
    {
        using var loader = new DataLoader(this, _batchSize, shuffle: true, num_worker: 1, disposeDataset: false);
        int batches = 0;
        foreach (Dictionary<string, Tensor> batch in loader)
        {
            foreach (Tensor tensor in batch.Values)
                tensor.Dispose();
            if (++batches == MeasuredBatches)
                break;
        }

        return batches * _batchSize;
    }

    protected override void Dispose(bool disposing)
    {
        _images.Dispose();
        _labels.Dispose();
        base.Dispose(disposing);
    }
}
