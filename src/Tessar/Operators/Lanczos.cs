using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Eigenpairs of a symmetric operator from its Krylov space, with full reorthogonalisation.</summary>
/// <remarks>Memory: P numbers per step. Ends early when the space is exhausted. Source: Lanczos 1950; Golub and Van Loan, chapter
/// 10.</remarks>
internal static class Lanczos
{
    /// <summary>The Ritz pairs after some steps.</summary>
    /// <param name="matrix">Symmetric.</param>
    /// <param name="start">Where the space starts, [P]; null draws a direction by the seed.</param>
    /// <param name="steps">Size of the space, at least 1; at most P is used.</param>
    /// <param name="seed">Decides the first direction.</param>
    /// <param name="progress">Hears of each step; may be null.</param>
    /// <returns>Values [K] ascending in fp64, vectors [P, K] and residual norms [K]; the caller disposes the vectors.</returns>
    public static RitzPairs Decompose(LinearOperator matrix, Tensor? start, int steps, ulong seed, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        using DisposeScope scope = NewDisposeScope();
        steps = (int)Math.Min(steps, matrix.Size);
        Tensor basis = empty(steps, matrix.Size, dtype: matrix.Type);
        Tensor v = start is null ? RandomDirections.Unit(matrix.Size, matrix.Type, seed) : start / start.norm();
        List<double> diagonal = [], beside = [];
        double next = 0;
        for (int k = 0; k < steps; k++)
        {
            using DisposeScope inner = NewDisposeScope();
            basis[k].copy_(v);
            Tensor w = matrix.Apply(v);
            diagonal.Add((w * v).sum(ScalarType.Float64).item<double>());
            // Twice is enough (Kahan, Parlett): the basis stays orthogonal to rounding.
            Tensor sofar = basis.narrow(0, 0, k + 1);
            for (int pass = 0; pass < 2; pass++)
                w.sub_(sofar.t().mv(sofar.mv(w)));
            next = w.norm().to_type(ScalarType.Float64).item<double>();
            if (!double.IsFinite(next))
                throw new NumericalException(
                    $"A product with the curvature isn't finite in step {k}. Look for overflow in the model.");
            progress?.Invoke(k + 1);
            double scale = Math.Max(diagonal.Max(Math.Abs), beside.DefaultIfEmpty(0).Max());
            if (k + 1 == steps || next <= (matrix.Type == ScalarType.Float64 ? 1e-12 : 1e-6) * scale)
                break;
            beside.Add(next);
            v.Dispose();
            v = w.div_(next).MoveToOuterDisposeScope();
        }

        int size = diagonal.Count;
        Tensor small = diag(tensor(diagonal.ToArray()));
        for (int k = 0; k + 1 < size; k++)
        {
            small[k, k + 1] = beside[k];
            small[k + 1, k] = beside[k];
        }

        (Tensor values, Tensor vectors) = linalg.eigh(small);
        double[] residuals = (vectors[size - 1].abs() * next).data<double>().ToArray();
        Tensor ritz = basis.narrow(0, 0, size).t().mm(vectors.to_type(matrix.Type));
        return new RitzPairs(values.data<double>().ToArray(), ritz.MoveToOuterDisposeScope(), residuals);
    }
}

/// <summary>Approximate eigenpairs.</summary>
/// <param name="Values">Ascending.</param>
/// <param name="Vectors">One column each, [P, K]; the caller disposes it.</param>
/// <param name="Residuals">‖A v − λ v‖ of each.</param>
internal sealed record RitzPairs(IReadOnlyList<double> Values, Tensor Vectors, IReadOnlyList<double> Residuals);
