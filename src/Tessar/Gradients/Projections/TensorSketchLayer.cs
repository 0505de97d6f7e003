
namespace Tessar.Gradients.Projections;

/// <summary>One layer of a <see cref="TensorSketchPart"/>.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="InputTable">Buckets and signs of the inputs, with one more for a bias.</param>
/// <param name="OutputTable">Buckets and signs of the outputs.</param>
internal sealed record TensorSketchLayer(SingleUseLinear Layer, uint[] InputTable, uint[] OutputTable)
{
    /// <summary>
    /// Whether forming G and count-sketching it would cost clearly more: in·out ≥ 3 k log₂ k; the 3 pays for the variance.
    /// </summary>
    public static bool Pays(long inputs, long outputs, int width) =>
        inputs * outputs >= 3.0 * width * Math.Log2(Math.Max(2, width));
}
