using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>Features that fit into memory.</summary>
/// <param name="rows">Shape [n, k]; stays the caller's.</param>
internal sealed class FeaturesInMemory(Tensor rows) : IFeatureRows
{
    public int Count => checked((int)rows.shape[0]);

    public int Width => checked((int)rows.shape[1]);

    public Tensor Read(int first, int count) => rows.narrow(0, first, count);
}
