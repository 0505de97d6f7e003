using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Cholesky factor of a symmetric positive semidefinite matrix plus λI, in fp64, with a named error when it is
/// singular.</summary>
internal sealed class DampedCholesky : IDisposable
{
    private readonly Tensor _factor;

    /// <summary>Factors matrix + λI.</summary>
    /// <param name="matrix">Shape [d, d], fp64, symmetric; overwritten.</param>
    /// <param name="damping">λ ≥ 0, absolute.</param>
    /// <param name="rounding">Relative size of the rounding errors in the matrix; smaller pivots mean nothing.</param>
    /// <param name="what">What the matrix is, for the error's first sentence.</param>
    /// <param name="advice">How to get rid of the error.</param>
    /// <exception cref="NumericalException">A pivot is zero within rounding.</exception>
    public DampedCholesky(
        Tensor matrix, double damping, double rounding, string what = "Gram matrix of the features",
        string advice = "Some examples have equal or dependent features. Use a positive damping, for example 0.3.")
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor diagonal = matrix.diagonal();
        diagonal.add_(damping);
        double largest = diagonal.max().item<double>();
        (Tensor factor, Tensor info) = linalg.cholesky_ex(matrix);
        int failedAt = info.item<int>();
        double smallest = failedAt > 0 ? 0 : factor.diagonal().square().min().item<double>();
        if (!(smallest > rounding * largest))
        {
            string pivot = failedAt > 0
                ? string.Create(CultureInfo.InvariantCulture, $"pivot {failedAt - 1} isn't positive")
                : string.Create(
                    CultureInfo.InvariantCulture, $"the smallest pivot is {smallest:g3} beside a largest entry of {largest:g3}");
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"The {what} plus damping {damping:g3} is singular or negative in a direction: {pivot}. ")
                + advice)
            { Remedies = [new(RemedyKind.SetMethodOption, "damping", "0.3")] };
        }

        _factor = factor.DetachFromDisposeScope();
    }

    /// <summary>(matrix + λI)⁻¹ B for B [d, m], fp64; the caller disposes it.</summary>
    public Tensor Solve(Tensor right)
    {
        using Tensor half = linalg.solve_triangular(_factor, right, upper: false);
        using Tensor transposed = _factor.t();
        return linalg.solve_triangular(transposed, half, upper: true);
    }

    /// <summary>xᵀ(matrix + λI)⁻¹x for each column x of X [d, b], fp64, shape [b]; the caller disposes it.</summary>
    public Tensor QuadraticForms(Tensor columns)
    {
        using Tensor half = linalg.solve_triangular(_factor, columns, upper: false);
        using Tensor squares = half.square();
        return squares.sum(0L);
    }

    public void Dispose() => _factor.Dispose();
}
