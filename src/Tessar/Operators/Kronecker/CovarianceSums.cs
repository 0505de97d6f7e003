using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>Σ a aᵀ and Σ δ δᵀ of each layer, fp64, with what they have to be divided by: A by positions, D by examples.</summary>
/// <remarks>
/// The Fisher of a layer is E_examples[vec(G)vec(G)ᵀ] with G = Σ_t δ_t a_tᵀ. With T uncorrelated positions that is
/// T·E[δδᵀ]⊗E[aaᵀ], means over positions: A takes one mean over positions and D the sum over them. Dividing both by positions
/// would lose the factor T, which relative damping hides within a layer but not between layers. Sums and counts of parts of a set
/// add up to those of the set.
/// </remarks>
internal sealed class CovarianceSums : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Tensor _counts;

    /// <summary>Starts at zero.</summary>
    public CovarianceSums(IReadOnlyList<BlockShape> shapes)
    {
        Shapes = [.. shapes.Where(shape => shape.IsFactored)];
        Inputs = [.. Shapes.Select(shape => Keep("A", shape.Name, shape.Inputs))];
        Outputs = [.. Shapes.Select(shape => Keep("D", shape.Name, shape.Outputs))];
        _counts = zeros(Shapes.Count + 1, dtype: ScalarType.Int64).DetachFromDisposeScope();
        _tensors.Add("counts", _counts);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<BlockShape> Shapes { get; }

    /// <summary>Σ a aᵀ over all positions, [in, in], one per layer.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>Σ δ δᵀ over all positions, [out, out], one per layer.</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>Examples seen.</summary>
    public long Examples => _counts.data<long>()[Shapes.Count];

    /// <summary>Everything by name, as it is stored: <c>A:fc1.weight</c>, <c>D:fc1.weight</c>, <c>counts</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Positions of a layer seen.</summary>
    public long Positions(int layer) => _counts.data<long>()[layer];

    /// <summary>Adds a batch.</summary>
    /// <param name="blocks">The layers, of a model with these shapes.</param>
    /// <param name="batch">Gradients of the loss.</param>
    public void Add(CurvatureBlocks blocks, CapturedBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        for (int l = 0; l < Shapes.Count; l++)
        {
            (Tensor a, Tensor delta) = blocks.Layers[l].Factors(batch);
            AddProduct(Inputs[l], a);
            AddProduct(Outputs[l], delta);
            _counts[l] += a.shape[0] * a.shape[1];
        }

        _counts[Shapes.Count] += batch.Count;
    }

    /// <summary>Adds what was summed over other examples.</summary>
    public void Merge(CovarianceSums other)
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

    private Tensor Keep(string side, string name, int size)
    {
        Tensor sum = zeros(size, size, dtype: ScalarType.Float64).DetachFromDisposeScope();
        _tensors.Add($"{side}:{name}", sum);
        return sum;
    }

    private static void AddProduct(Tensor sum, Tensor positions)
    {
        Tensor rows = positions.reshape(-1, positions.shape[2]);
        sum.add_(rows.t().mm(rows));
    }
}
