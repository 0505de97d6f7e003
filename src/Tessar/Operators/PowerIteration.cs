using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The largest absolute eigenvalue of a symmetric operator.</summary>
internal static class PowerIteration
{
    /// <summary>Multiplies a random direction until its growth settles.</summary>
    /// <param name="matrix">Symmetric.</param>
    /// <param name="seed">Decides the first direction.</param>
    /// <param name="iterations">At most so many products.</param>
    /// <param name="tolerance">Relative change at which it stops.</param>
    /// <returns>‖A v‖ for the last unit vector v: never above the largest absolute eigenvalue.</returns>
    public static double LargestEigenvalue(LinearOperator matrix, ulong seed, int iterations = 100, double tolerance = 1e-3)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using DisposeScope scope = NewDisposeScope();
        Tensor v = RandomDirections.Unit(matrix.Size, matrix.Type, seed);
        double largest = 0;
        for (int i = 0; i < iterations; i++)
        {
            Tensor next = matrix.Apply(v);
            double length = next.norm().to_type(ScalarType.Float64).item<double>();
            if (!double.IsFinite(length))
                throw new NumericalException(
                    $"A product with the curvature isn't finite in iteration {i}. Look for overflow in the model, or choose an "
                        + $"earlier checkpoint.");
            if (length == 0)
                return 0;
            bool settled = Math.Abs(length - largest) <= tolerance * length;
            largest = length;
            v.Dispose();
            v = next.div_(length);
            if (settled)
                break;
        }

        return largest;
    }
}
