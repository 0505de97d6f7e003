using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Directions that are drawn the same way on every machine.</summary>
internal static class RandomDirections
{
    /// <summary>A unit vector, uniformly distributed over the sphere.</summary>
    /// <param name="size">Its length.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="seed">Decides it.</param>
    /// <returns>Shape [size]; the caller disposes it.</returns>
    public static Tensor Unit(long size, ScalarType type, ulong seed)
    {
        var random = new RandomStream(seed, "direction");
        var values = new double[size];
        for (long i = 0; i < size; i++)
        {
            // Box and Muller: 1 − u keeps the logarithm's argument above zero.
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = radius * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        using Tensor vector = tensor(values);
        using Tensor length = vector.norm();
        return vector.div_(length).to_type(type, copy: true);
    }
}
