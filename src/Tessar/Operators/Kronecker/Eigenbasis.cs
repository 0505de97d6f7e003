using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>A = Q_A diag(λ_A) Q_Aᵀ and D = Q_D diag(λ_D) Q_Dᵀ of each layer, decomposed in fp64.</summary>
internal sealed class Eigenbasis : IDisposable
{
    /// <summary>Largest side of a layer whose covariance is decomposed; side³ work and 24·side² bytes.</summary>
    public const int LargestSide = 8192;

    private readonly SortedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Room for the layers, to be filled from a file.</summary>
    /// <param name="shapes">The blocks.</param>
    /// <param name="type">Type in which eigenvectors are kept: that of the gradients.</param>
    public Eigenbasis(IReadOnlyList<BlockShape> shapes, ScalarType type)
    {
        Layers = [.. shapes.Where(shape => shape.IsFactored).Select(shape => new LayerBasis(
            Keep("QA", shape.Name, type, shape.Inputs, shape.Inputs),
            Keep("lambdaA", shape.Name, ScalarType.Float64, shape.Inputs),
            Keep("QD", shape.Name, type, shape.Outputs, shape.Outputs),
            Keep("lambdaD", shape.Name, ScalarType.Float64, shape.Outputs)))];
        Gaps = Keep("gaps", string.Empty, ScalarType.Float64, Layers.Count);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<LayerBasis> Layers { get; }

    /// <summary>Per layer the larger of |tr A − Σλ_A| / tr A and the same of D.</summary>
    public Tensor Gaps { get; }

    /// <summary>Everything by name, as it is stored.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Decomposes.</summary>
    /// <param name="sums">Of at least one example.</param>
    /// <param name="type">Type in which eigenvectors are kept.</param>
    /// <param name="work">Progress and cancellation.</param>
    /// <exception cref="NumericalException">A covariance isn't finite.</exception>
    public static Eigenbasis Of(CovarianceSums sums, ScalarType type, Work work)
    {
        var basis = new Eigenbasis(sums.Shapes, type);
        try
        {
            for (int l = 0; l < sums.Shapes.Count; l++)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                string name = sums.Shapes[l].Name;
                double inputs = Decompose(
                    sums.Inputs[l] / sums.Positions(l), $"inputs of {name}", basis.Layers[l].InputVectors,
                    basis.Layers[l].InputValues);
                double outputs = Decompose(
                    sums.Outputs[l] / sums.Examples, $"output gradients of {name}", basis.Layers[l].OutputVectors,
                    basis.Layers[l].OutputValues);
                basis.Gaps[l] = Math.Max(inputs, outputs);
                work.Progress?.Report(new MethodProgress("eigenvectors", l + 1, sums.Shapes.Count, "layers"));
            }

            return basis;
        }
        catch
        {
            basis.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
    }

    private static double Decompose(Tensor covariance, string what, Tensor vectors, Tensor values)
    {
        // Libtorch's solver answers a matrix with NaN by an error of its own, which names nothing.
        double trace = covariance.trace().item<double>();
        if (!double.IsFinite(trace) || !covariance.isfinite().all().item<bool>())
        {
            throw new NumericalException(
                $"The covariance of the {what} isn't finite. Look for examples with exploding activations or gradients.");
        }

        (Tensor found, Tensor q) = linalg.eigh((covariance + covariance.t()) / 2);
        vectors.copy_(q);
        // What is negative is rounding.
        values.copy_(found.clamp(min: 0));
        return trace > 0 ? Math.Abs(values.sum().item<double>() - trace) / trace : 0;
    }

    private Tensor Keep(string what, string name, ScalarType type, params long[] shape)
    {
        Tensor kept = zeros(shape, type).DetachFromDisposeScope();
        _tensors.Add(name.Length > 0 ? $"{what}:{name}" : what, kept);
        return kept;
    }
}

/// <summary>Eigenvectors (columns) and eigenvalues (ascending, fp64, at least 0) of both factors of a layer.</summary>
/// <param name="InputVectors">Q_A, [in, in].</param>
/// <param name="InputValues">λ_A, [in].</param>
/// <param name="OutputVectors">Q_D, [out, out].</param>
/// <param name="OutputValues">λ_D, [out].</param>
internal sealed record LayerBasis(Tensor InputVectors, Tensor InputValues, Tensor OutputVectors, Tensor OutputValues)
{
    /// <summary>Q_Dᵀ G Q_A of each row.</summary>
    /// <param name="rows">[B, out·in].</param>
    /// <returns>[B, out·in], in the current dispose scope.</returns>
    public Tensor Rotate(Tensor rows) => Between(rows, OutputVectors.t(), InputVectors);

    /// <summary>Q_D G Q_Aᵀ of each row: the way back.</summary>
    /// <inheritdoc cref="Rotate"/>
    public Tensor RotateBack(Tensor rows) => Between(rows, OutputVectors, InputVectors.t());

    private static Tensor Between(Tensor rows, Tensor left, Tensor right)
    {
        long count = rows.shape[0], outputs = left.shape[0], inputs = right.shape[0];
        Tensor half = rows.reshape(count * outputs, inputs).mm(right).reshape(count, outputs, inputs);
        return left.unsqueeze(0).expand(count, outputs, outputs).bmm(half).flatten(1);
    }
}
