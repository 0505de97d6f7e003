using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>Features φ_i of n examples, k numbers each, readable in blocks of rows.</summary>
internal interface IFeatureRows
{
    /// <summary>Number of rows n.</summary>
    int Count { get; }

    /// <summary>Numbers per row k.</summary>
    int Width { get; }

    /// <summary>Rows [first, first + count), fp32 or fp64, shape [count, k]; the caller disposes them.</summary>
    Tensor Read(int first, int count);
}
