using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A⁻¹ of a symmetric positive definite matrix, each product solved for by conjugate gradients.</summary>
/// <remarks>Cost of a product: as many of A as it takes iterations. An unfinished solution is an error, never an
/// answer.</remarks>
/// <param name="inner">A; damp it when it isn't definite.</param>
/// <param name="iterations">At most so many, at least 1.</param>
/// <param name="tolerance">Relative residual ‖b − A x‖/‖b‖ that is reached, in (0, 1).</param>
internal sealed class InverseOperator(LinearOperator inner, int iterations, double tolerance) : LinearOperator
{
    public override long Size => inner.Size;

    public override ScalarType Type => inner.Type;

    public override bool IsSelfAdjoint => inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => inner.IsPositiveSemidefinite;

    public override ParameterVector? Parameters => inner.Parameters;

    protected override IReadOnlyList<LinearOperator> Parts => [inner];

    protected override Tensor ApplyToColumns(Tensor columns)
    {
        ConjugateSolution found = ConjugateGradients.Solve(inner, columns, iterations, tolerance);
        if (found.MetNegativeCurvature.Contains(true))
            throw new NumericalException(
                "The matrix to divide by isn't positive definite: a direction without or with negative curvature was met. Damp "
                + "it more.");
        if (found.Residuals.Max() is var residual && !(residual <= tolerance))
        {
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"Conjugate gradients stopped after {found.Iterations} iterations at a residual of {residual:g2}; required is "
                + $"{tolerance:g2}. Allow more iterations, or damp more."));
        }

        return found.Solution;
    }
}
