using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tessar.Tensors;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>Length of a gradient over all parameters, in double precision and independent of the number of threads.</summary>
internal static class GradientNorm
{
    /// <summary>Square root of the sum of all squares; null counts as zero.</summary>
    public static double Of(IReadOnlyList<Tensor?> gradients) => Math.Sqrt(gradients.Sum(g => g is null ? 0 : SumOfSquares(g)));

    /// <summary>Makes sure that a gradient is whole.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="ArgumentException">There isn't one per parameter.</exception>
    /// <exception cref="NotSupportedException">One of its tensors is sparse.</exception>
    /// <exception cref="NumericalException">It isn't finite; names parameter and place.</exception>
    public static double Checked(TrainedParameters parameters, IReadOnlyList<Tensor?> gradients)
    {
        if (gradients.Count != parameters.Items.Count)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"There are {gradients.Count} gradients for {parameters}. Pass one per parameter."),
                nameof(gradients));
        }

        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is { is_sparse: true })
                throw new NotSupportedException(
                    $"The gradient of `{parameters.Items[i].Name}` is sparse. Build its layer without sparse gradients.");
        }

        double norm = Of(gradients);
        return double.IsFinite(norm) ? norm : throw NotFinite(parameters, gradients);
    }

    /// <summary>Shortens a gradient to the length that is allowed.</summary>
    /// <returns>The same tensors, or shortened copies in the caller's scope.</returns>
    public static IReadOnlyList<Tensor?> Clipped(TrainedParameters parameters, IReadOnlyList<Tensor?> gradients, double norm)
    {
        if (parameters.ClipNorm is not { } longest || norm <= longest)
            return gradients;
        double scale = longest / norm;
        return [.. gradients.Select(g => g?.mul(scale))];
    }

    private static double SumOfSquares(Tensor gradient)
    {
        using Tensor plain = gradient.detach().contiguous();
        return plain.dtype switch
        {
            ScalarType.Float32 => SumOfSquares(MemoryMarshal.Cast<byte, float>(plain.bytes)),
            ScalarType.Float64 => SumOfSquares(MemoryMarshal.Cast<byte, double>(plain.bytes)),
            _ => SumOfSquares(plain.to(float64)),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        Vector<double> low = Vector<double>.Zero, high = Vector<double>.Zero;
        int at = 0;
        for (; at <= values.Length - Vector<float>.Count; at += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(values[at..]), out Vector<double> first, out Vector<double> second);
            low += first * first;
            high += second * second;
        }

        double sum = Vector.Sum(low + high);
        for (; at < values.Length; at++)
            sum += (double)values[at] * values[at];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(ReadOnlySpan<double> values)
    {
        Vector<double> sums = Vector<double>.Zero;
        int at = 0;
        for (; at <= values.Length - Vector<double>.Count; at += Vector<double>.Count)
        {
            var four = new Vector<double>(values[at..]);
            sums += four * four;
        }

        double sum = Vector.Sum(sums);
        for (; at < values.Length; at++)
            sum += values[at] * values[at];
        return sum;
    }

    private static NumericalException NotFinite(TrainedParameters parameters, IReadOnlyList<Tensor?> gradients)
    {
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is not { } gradient)
                continue;
            using Tensor plain = gradient.detach().contiguous();
            if (NonFinite.FirstIn(TensorTypes.ElementTypeOf(plain.dtype, parameters.Items[i].Name), plain.bytes) is { } at)
            {
                string place = NonFinite.Describe(parameters.Items[i].Name, plain.shape, at);
                return new NumericalException($"The gradient of {place}. Lower the learning rate; no parameter was changed.");
            }
        }

        return new NumericalException(
            "The gradient's squares add up to infinity. Lower the learning rate; no parameter was changed.");
    }
}
