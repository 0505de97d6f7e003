using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>Hands out one score per training example, and never one that isn't a number.</summary>
internal static class FiniteScores
{
    /// <summary>The scores in fp32.</summary>
    /// <param name="scores">[n], fp64.</param>
    /// <exception cref="NumericalException">A score isn't finite; names the first.</exception>
    public static float[] Of(Tensor scores)
    {
        using Tensor single = scores.to_type(ScalarType.Float32);
        float[] values = single.data<float>().ToArray();
        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        return bad < 0 ? values : throw new NumericalException(string.Create(
            CultureInfo.InvariantCulture, $"The self-influence of train example {bad} is {values[bad]}. ")
            + "Look for exploding gradients; a larger damping helps when a Gram matrix is nearly singular.");
    }
}
