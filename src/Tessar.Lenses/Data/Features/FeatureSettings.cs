using Tessar.Autograd;

namespace Tessar.Lenses.Data.Features;

/// <summary>What decides projected features, beside the checkpoint, the examples and the output.</summary>
/// <param name="Projection">Sketch or landmarks.</param>
/// <param name="Width">k.</param>
/// <param name="Seed">Seed of the projection.</param>
/// <param name="NumberFormat">Type of stored features.</param>
/// <param name="BatchSize">Examples per forward pass.</param>
/// <param name="Unsupported">What to do with parameters without a rule.</param>
internal sealed record FeatureSettings(
    TrakProjection Projection, int Width, ulong Seed, NumberFormat NumberFormat, int BatchSize,
    UnsupportedParameters Unsupported);
