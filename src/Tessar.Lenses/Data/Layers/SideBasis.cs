using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>The two short bases of each layer: random signs, or the leading eigenvectors of what the sides really hold.</summary>
internal static class SideBasis
{
    /// <summary>Largest side whose covariance is decomposed; in³ work and 24·in² bytes.</summary>
    public const int LargestSide = Eigenbasis.LargestSide;

    /// <summary>Rows of ±1/√r, so that E⟨Px, Py⟩ = ⟨x, y⟩; null (the identity) when the side has at most r entries.</summary>
    /// <param name="key">From <see cref="SketchHash.Key"/>.</param>
    /// <param name="size">Entries of the side.</param>
    /// <param name="rank">r, at least 1.</param>
    /// <returns>[r, size], fp32, outside of any dispose scope.</returns>
    public static Tensor? RandomSigns(ulong key, int size, int rank)
    {
        if (rank >= size)
            return null;
        float one = 1 / MathF.Sqrt(rank);
        uint[] table = SketchHash.Table(key, (long)rank * size, 1);
        return tensor(Array.ConvertAll(table, entry => entry >> 31 == 0 ? one : -one), [rank, size]).DetachFromDisposeScope();
    }

    /// <summary>The r leading eigenvectors of Σ a aᵀ and of Σ δ δᵀ for each layer, δ of the loss; in fp64.</summary>
    /// <returns>
    /// P_in [r, in] and P_out [r, out], fp32, outside of any dispose scope; null where a side has at most r entries.
    /// </returns>
    /// <exception cref="TessarException">A side is too large.</exception>
    public static (Tensor? Inputs, Tensor? Outputs)[] Principal(
        GradientModel model, IReadOnlyList<FactoredLayer> layers, int rank, ExampleSet train, int batchSize,
        MethodContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor? A, Tensor? D)[] sums = [.. layers.Select(layer =>
            (Start(layer, layer.Inputs, rank), Start(layer, layer.Outputs, rank)))];
        foreach (ExampleBatch part in train.Batches(batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            (CapturedBatch batch, Tensor q) = model.Run(train, part.Indices);
            for (int l = 0; l < layers.Count; l++)
            {
                (Tensor a, Tensor delta) = layers[l].Factors(batch);
                Add(sums[l].A, a);
                Add(sums[l].D, delta * q.reshape(-1, 1, 1));
            }

            context.Progress?.Report(new MethodProgress("basis", part.End, train.Count, "examples"));
        }

        return [.. sums.Select(sum => (Leading(sum.A, rank, context), Leading(sum.D, rank, context)))];
    }

    private static Tensor? Start(FactoredLayer layer, int size, int rank)
    {
        if (rank >= size)
            return null;
        return size <= LargestSide ? zeros(size, size, dtype: ScalarType.Float64) : throw new TessarException(string.Create(
            CultureInfo.InvariantCulture,
            $"Layer {layer.Rule.Name} has a side of {size} entries; eigenvectors are computed up to {LargestSide}. Choose "
                + $"basis=random."), ErrorKind.Usage)
        { Remedies = [new(RemedyKind.SetMethodOption, "basis", "random")] };
    }

    private static void Add(Tensor? sum, Tensor positions)
    {
        if (sum is null)
            return;
        Tensor rows = positions.reshape(-1, positions.shape[2]);
        sum.add_(rows.t().mm(rows));
    }

    private static Tensor? Leading(Tensor? sum, int rank, MethodContext context)
    {
        if (sum is null)
            return null;
        context.Cancellation.ThrowIfCancellationRequested();
        using DisposeScope scope = NewDisposeScope();
        // Eigenvalues come in ascending order.
        (_, Tensor vectors) = linalg.eigh(sum);
        return vectors.narrow(1, sum.shape[0] - rank, rank).t().to_type(ScalarType.Float32).contiguous().DetachFromDisposeScope();
    }
}
