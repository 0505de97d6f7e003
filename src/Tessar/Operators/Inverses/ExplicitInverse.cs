using static TorchSharp.torch;

namespace Tessar.Operators.Inverses;

/// <summary>The curvature written out and factored by Cholesky in fp64.</summary>
internal sealed class ExplicitInverse : InverseCurvature
{
    private readonly DampedCholesky _factor;
    private readonly ScalarType _type;

    /// <summary>Writes the matrix out and factors it.</summary>
    /// <param name="curvature">Of the train set.</param>
    /// <param name="relativeDamping">λ relative to the mean eigenvalue of the Gauss–Newton matrix.</param>
    /// <exception cref="NumericalException">The damped matrix isn't positive definite.</exception>
    public ExplicitInverse(TrainCurvature curvature, double relativeDamping)
    {
        ArgumentNullException.ThrowIfNull(curvature);
        _type = curvature.Model.Precision;
        using Tensor matrix = LossMatrix.Of(curvature);
        Damping = relativeDamping * curvature.MeanEigenvalue();
        _factor = new DampedCholesky(
            matrix, Damping, Damping == 0 ? 1e-13 : 0,
            curvature.Kind == CurvatureKind.Hessian ? "Hessian of the training loss" : "Gauss–Newton matrix",
            curvature.Kind == CurvatureKind.Hessian
                ? "Away from a minimum the Hessian is negative in some directions. Use curvature=gauss-newton, or a larger "
                + "`damping`."
                : "Softmax models have directions without curvature. Use a positive `damping`.");
    }

    public override double Damping { get; }

    public override Tensor Solve(Tensor columns, Work work)
    {
        using Tensor wide = columns.to_type(ScalarType.Float64, copy: true);
        using Tensor solved = _factor.Solve(wide);
        return solved.to_type(_type, copy: true);
    }

    public override void Dispose()
    {
        _factor.Dispose();
        base.Dispose();
    }
}
