using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Solves A x = b for a symmetric positive definite A and several right sides at once, each with its own step
/// lengths.</summary>
/// <remarks>
/// A column whose direction p has pᵀAp ≤ 0 has met negative curvature: it keeps the iterate it had and is flagged. Cost: one
/// product with all columns per iteration. Source: Hestenes and Stiefel 1952.
/// </remarks>
internal static class ConjugateGradients
{
    /// <summary>Iterates until every column's residual is small, or the number of iterations is used up.</summary>
    /// <param name="matrix">A.</param>
    /// <param name="right">b, [P, K].</param>
    /// <param name="iterations">At most so many.</param>
    /// <param name="tolerance">Relative residual ‖b − A x‖/‖b‖ at which a column is done.</param>
    /// <param name="progress">Hears of each iteration; may be null.</param>
    public static ConjugateSolution Solve(
        LinearOperator matrix, Tensor right, int iterations, double tolerance, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(right);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros_like(right);
        Tensor r = right.clone();
        Tensor p = right.clone();
        Tensor squared = Dot(r, r);
        Tensor target = squared * tolerance * tolerance;
        Tensor negative = zeros(right.shape[1], dtype: ScalarType.Bool);
        // A right side of zero is solved by zero.
        Tensor active = squared.gt(target);
        int done = 0;
        while (done < iterations && active.any().item<bool>())
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor product = matrix.Apply(p);
            Tensor curvature = Dot(p, product);
            if (!curvature.isfinite().all().item<bool>())
                throw new NumericalException(
                    $"A product with the curvature isn't finite in iteration {done}. Look for overflow in the model, or raise "
                        + $"the damping.")
                { Remedies = [new(RemedyKind.SetMethodOption, "damping")] };
            Tensor met = active.logical_and(curvature.le(0));
            negative.logical_or_(met);
            active.logical_and_(met.logical_not());
            Tensor moving = active.to_type(ScalarType.Float64);
            Tensor step = moving * squared / where(active, curvature, ones_like(curvature));
            Tensor stepTyped = step.to_type(right.dtype);
            x.add_(p * stepTyped);
            r.sub_(product * stepTyped);
            Tensor next = Dot(r, r);
            Tensor ratio = moving * next / where(active, squared, ones_like(squared));
            p.mul_(ratio.to_type(right.dtype)).add_(r);
            squared.copy_(next);
            active.logical_and_(next.gt(target));
            done++;
            progress?.Invoke(done);
        }

        Tensor first = Dot(right, right);
        double[] residuals = (squared / where(first.gt(0), first, ones_like(first))).sqrt().data<double>().ToArray();
        return new ConjugateSolution(x.MoveToOuterDisposeScope(), residuals, negative.data<bool>().ToArray(), done);
    }

    private static Tensor Dot(Tensor a, Tensor b) => (a * b).sum(0L, type: ScalarType.Float64);
}

/// <summary>What conjugate gradients found.</summary>
/// <param name="Solution">x, [P, K]; the caller disposes it.</param>
/// <param name="Residuals">‖b − A x‖/‖b‖ of each column, by the recurrence.</param>
/// <param name="MetNegativeCurvature">Columns that stopped at a direction of negative or no curvature.</param>
/// <param name="Iterations">Iterations made.</param>
internal sealed record ConjugateSolution(
    Tensor Solution, IReadOnlyList<double> Residuals, IReadOnlyList<bool> MetNegativeCurvature, int Iterations);
