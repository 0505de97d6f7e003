using System.Globalization;
using TorchSharp;

namespace Tessar.Tensors;

/// <summary>Writes shapes for messages and counts their elements.</summary>
internal static class Shape
{
    /// <summary>The shape of a tensor as <c>[2, 3]</c>.</summary>
    public static string Of(torch.Tensor tensor) => Text(tensor.shape);

    /// <summary>A shape as <c>[2, 3]</c>.</summary>
    public static string Text(IEnumerable<long> shape) =>
        $"[{string.Join(", ", shape.Select(d => d.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>Number of elements of a shape.</summary>
    public static long Count(IEnumerable<long> shape) => shape.Aggregate(1L, (product, d) => checked(product * d));
}
