using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>Σ over examples of (Q_Dᵀ G Q_A)² for each layer and of g² for each other parameter, fp64, with Σ‖G‖² of the same
/// draws.</summary>
/// <remarks>
/// Rotations keep lengths, so the entries of the first have to add up to the second: what the method checks itself by. A layer
/// with one position needs no G: (Q_Dᵀ δ aᵀ Q_A)² = (Q_Dᵀδ)² ((Q_Aᵀa)²)ᵀ, so a batch is one product of matrices.
/// </remarks>
internal sealed class EigenvalueSums : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Tensor _squaredNorms;
    private readonly Tensor _count;

    /// <summary>Starts at zero.</summary>
    public EigenvalueSums(IReadOnlyList<BlockShape> shapes)
    {
        Shapes = shapes;
        Values = [.. shapes.Select(shape =>
            Keep($"lambda:{shape.Name}", zeros(shape.Outputs, shape.Inputs, dtype: ScalarType.Float64)))];
        _squaredNorms = Keep("squaredNorms", zeros(shapes.Count, dtype: ScalarType.Float64));
        _count = Keep("examples", zeros(1, dtype: ScalarType.Int64));
    }

    /// <summary>The blocks.</summary>
    public IReadOnlyList<BlockShape> Shapes { get; }

    /// <summary>Sums per block, [outputs, inputs].</summary>
    public IReadOnlyList<Tensor> Values { get; }

    /// <summary>Examples seen.</summary>
    public long Examples => _count.data<long>()[0];

    /// <summary>Everything by name, as it is stored.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Largest |ΣΛ − mean‖G‖²| / mean‖G‖² over the blocks; 0 for blocks without gradient.</summary>
    public double TraceGap()
    {
        double[] wanted = _squaredNorms.data<double>().ToArray();
        return Values.Select((value, b) => wanted[b] > 0 ? Math.Abs(value.sum().item<double>() - wanted[b]) / wanted[b] : 0)
            .DefaultIfEmpty(0).Max();
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="blocks">The blocks, of a model with these shapes.</param>
    /// <param name="batch">Gradients of the loss.</param>
    /// <param name="basis">The eigenvectors.</param>
    public void Add(CurvatureBlocks blocks, CapturedBatch batch, Eigenbasis basis)
    {
        using DisposeScope scope = NewDisposeScope();
        for (int b = 0; b < Shapes.Count; b++)
        {
            using DisposeScope inner = NewDisposeScope();
            if (blocks.SinglePosition(batch, b) is { } sides)
            {
                LayerBasis layer = basis.Layers[b];
                Tensor a2 = sides.A.mm(layer.InputVectors).square(), d2 = sides.Delta.mm(layer.OutputVectors).square();
                Values[b].add_(d2.t().mm(a2));
                _squaredNorms[b] += (Squares(sides.A) * Squares(sides.Delta)).sum();
                continue;
            }

            Tensor rows = blocks.Gradient(batch, b);
            _squaredNorms[b] += Squares(rows).sum();
            Tensor rotated = Shapes[b].IsFactored ? basis.Layers[b].Rotate(rows) : rows;
            Values[b].add_(rotated.square().sum([0]).reshape(Shapes[b].Outputs, Shapes[b].Inputs));
        }

        _count.add_(batch.Count);
    }

    /// <summary>Adds what was summed over other examples in the same basis.</summary>
    public void Merge(EigenvalueSums other)
    {
        foreach ((string name, Tensor sum) in _tensors)
            sum.add_(other._tensors[name]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
    }

    private Tensor Keep(string name, Tensor tensor)
    {
        _tensors.Add(name, tensor.DetachFromDisposeScope());
        return tensor;
    }

    // ‖row‖², fp64.
    private static Tensor Squares(Tensor rows) => rows.square().sum(1, type: ScalarType.Float64);
}
