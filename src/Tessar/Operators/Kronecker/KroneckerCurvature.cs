using System.Globalization;
using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>The curvature H ≈ Q diag(Λ) Qᵀ block by block, Q = Q_D ⊗ Q_A for a layer and 1 for other parameters, and functions of
/// it.</summary>
/// <remarks>EK-FAC takes Λ from a second pass, K-FAC takes λ_D λ_Aᵀ. A function φ(H) multiplies rotated gradients by φ(Λ) and
/// rotates back.</remarks>
internal sealed class KroneckerCurvature : IDisposable
{
    // Below this share of the largest eigenvalue an undamped division gives noise.
    private const double SmallestShare = 1e-10;

    private readonly Eigenbasis _basis;
    private readonly Tensor[] _values;

    /// <summary>Takes over a basis.</summary>
    /// <param name="basis">The eigenvectors; owned from here on.</param>
    /// <param name="sums">Λ from a second pass, and the diagonal of blocks without factors; stays the caller's.</param>
    /// <param name="isKfac">Whether layers take λ_D λ_Aᵀ instead.</param>
    public KroneckerCurvature(Eigenbasis basis, EigenvalueSums sums, bool isKfac)
    {
        (_basis, Shapes) = (basis, sums.Shapes);
        TraceGap = sums.TraceGap();
        EigenvalueGap = basis.Gaps.numel() > 0 ? basis.Gaps.max().item<double>() : 0;
        _values = [.. sums.Values.Select((sum, b) => (isKfac && Shapes[b].IsFactored
            ? basis.Layers[b].OutputValues.outer(basis.Layers[b].InputValues)
            : sum / sums.Examples).DetachFromDisposeScope())];
    }

    /// <summary>The blocks.</summary>
    public IReadOnlyList<BlockShape> Shapes { get; }

    /// <summary>Λ per block, [outputs, inputs], fp64, at least 0.</summary>
    public IReadOnlyList<Tensor> Values => _values;

    /// <summary>See <see cref="EigenvalueSums.TraceGap"/>.</summary>
    public double TraceGap { get; }

    /// <summary>Largest relative difference between the trace of a factor and the sum of its eigenvalues.</summary>
    public double EigenvalueGap { get; }

    /// <summary>1/(Λ + λ) per block, λ = damping · mean Λ, with the absolute λ; a block without any curvature has no gradient
    /// either and gets 0.</summary>
    /// <param name="damping">At least 0.</param>
    /// <returns>In the current dispose scope.</returns>
    /// <exception cref="NumericalException">Without damping an eigenvalue is as good as zero.</exception>
    public (Tensor[] Inverses, double[] Dampings) Inverses(double damping)
    {
        var inverses = new Tensor[_values.Length];
        double[] dampings = new double[_values.Length];
        for (int b = 0; b < _values.Length; b++)
        {
            double mean = _values[b].mean().item<double>();
            if (!double.IsFinite(mean))
            {
                throw new NumericalException(
                    $"The curvature of {string.Join(", ", Shapes[b].Parameters)} isn't finite. Look for examples with exploding "
                        + $"gradients.");
            }

            dampings[b] = damping * mean;
            Tensor damped = _values[b] + dampings[b];
            double smallest = damped.min().item<double>(), largest = damped.max().item<double>();
            if (mean > 0 && smallest <= SmallestShare * largest)
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The curvature of {string.Join(", ", Shapes[b].Parameters)} has eigenvalues from {smallest:g3} to "
                        + $"{largest:g3} with damping {damping}: it can't be inverted. ")
                    + "Raise the damping; 0.1 is a common choice.")
                {
                    Remedies = [new(RemedyKind.SetMethodOption, "damping", "0.1")]
                };
            }

            inverses[b] = mean > 0 ? damped.reciprocal() : zeros_like(damped);
        }

        return (inverses, dampings);
    }

    /// <summary>φ(H) g for each row g.</summary>
    /// <param name="block">Which block.</param>
    /// <param name="rows">[B, entries].</param>
    /// <param name="function">φ(Λ), [outputs, inputs].</param>
    /// <returns>[B, entries], in the current dispose scope.</returns>
    public Tensor Apply(int block, Tensor rows, Tensor function)
    {
        Tensor factors = function.to_type(rows.dtype).reshape(1, -1);
        return Shapes[block].IsFactored
            ? _basis.Layers[block].RotateBack(_basis.Layers[block].Rotate(rows).mul_(factors))
            : rows * factors;
    }

    /// <summary>φ(H) of all blocks as one operator over the flat gradient: the curvature itself, its damped inverse, or any other
    /// function.</summary>
    /// <param name="parameters">The parameters of the blocks, in the order of the flat gradient; those of no block are multiplied
    /// with zero.</param>
    /// <param name="functions">φ(Λ) per block; null for Λ. Stays the caller's, and has to live as long as the operator, as this
    /// curvature does.</param>
    /// <remarks>Cost of a product: for each layer of [out, in] in·out·(in + out) multiplications twice, for a vector.</remarks>
    public LinearOperator Operator(ParameterVector parameters, IReadOnlyList<Tensor>? functions = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Dictionary<string, ParameterSlot> slots = parameters.Slots.ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        return new BlockDiagonalOperator([.. Shapes.Select((shape, b) => Block(shape, b))]) { Named = parameters };

        (CoordinateSelection Coordinates, LinearOperator Block) Block(BlockShape shape, int b)
        {
            ParameterSlot[] own = [.. shape.Parameters.Select(name => slots[name])];
            var values = new DiagonalOperator((functions ?? _values)[b], parameters.Type);
            if (!shape.IsFactored)
                return (new RangeSelection(parameters.Size, (own[0].Offset, own[0].Count)), values);
            LayerBasis layer = _basis.Layers[b];
            var rotation = new KroneckerOperator(new DenseOperator(layer.OutputVectors), new DenseOperator(layer.InputVectors));
            return (
                new LayerSelection(parameters.Size, own[0], own.ElementAtOrDefault(1)), new CongruenceOperator(rotation, values));
        }
    }

    /// <summary>gᵀ φ(H) g for the gradient g of each example, all blocks together.</summary>
    /// <param name="blocks">The blocks of the model that the batch went through.</param>
    /// <param name="batch">The gradients.</param>
    /// <param name="functions">φ(Λ) per block.</param>
    /// <returns>[B], fp64, in the current dispose scope.</returns>
    public Tensor Quadratic(CurvatureBlocks blocks, CapturedBatch batch, IReadOnlyList<Tensor> functions)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(batch.Count, dtype: ScalarType.Float64);
        for (int b = 0; b < Shapes.Count; b++)
        {
            using DisposeScope inner = NewDisposeScope();
            if (blocks.SinglePosition(batch, b) is { } sides)
            {
                Tensor a2 = sides.A.mm(_basis.Layers[b].InputVectors)
                    .square(), d2 = sides.Delta.mm(_basis.Layers[b].OutputVectors).square();
                sum.add_((d2.mm(functions[b].to_type(d2.dtype)) * a2).sum(1));
                continue;
            }

            Tensor rows = blocks.Gradient(batch, b);
            Tensor rotated = Shapes[b].IsFactored ? _basis.Layers[b].Rotate(rows) : rows;
            sum.add_(rotated.square().mv(functions[b].to_type(rows.dtype).flatten()));
        }

        return sum.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _basis.Dispose();
        foreach (Tensor value in _values)
            value.Dispose();
    }
}
