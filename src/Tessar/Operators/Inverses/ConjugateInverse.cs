using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators.Inverses;

/// <summary>Conjugate gradients with products of the curvature.</summary>
/// <param name="curvature">Of the train set.</param>
/// <param name="relativeDamping">λ relative to the mean eigenvalue of the Gauss–Newton matrix.</param>
/// <param name="iterations">At most so many.</param>
/// <param name="tolerance">Relative residual at which a target is done.</param>
internal sealed class ConjugateInverse(TrainCurvature curvature, double relativeDamping, int iterations, double tolerance)
    : InverseCurvature
{
    private readonly LinearOperator _matrix = curvature.Whole();
    private double _largestResidual;
    private int _iterations;
    private int _negative;

    public override double Damping => relativeDamping * curvature.MeanEigenvalue();

    public override IEnumerable<SelfCheck> Checks =>
    [
        new("cg-residual", _largestResidual, tolerance * 1.001, "Largest ‖(H + λI)x − g‖/‖g‖ over the targets."),
        new(
            "cg-iterations", _iterations, null,
            string.Create(CultureInfo.InvariantCulture, $"Iterations made, of at most {iterations}.")),
    ];

    public override IEnumerable<string> Remarks
    {
        get
        {
            if (_negative > 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_negative} targets met negative curvature and stopped there: their scores are those of an unfinished "
                        + $"solve. Use curvature=gauss-newton, or a larger `damping`.");
            }
            else if (_largestResidual > tolerance)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Conjugate gradients stopped after {iterations} iterations at a residual of {_largestResidual:g2}, wanted "
                        + $"{tolerance:g2}. Raise `iterations` or `damping`.");
            }
        }
    }

    public override Tensor Solve(Tensor columns, Work work)
    {
        ConjugateSolution found = ConjugateGradients.Solve(
            _matrix.Damped(Damping), columns, iterations, tolerance,
            done => work.Progress?.Report(new MethodProgress("solve", done, iterations, "iterations")));
        // Few need all iterations: the stage still ends at its total.
        if (found.Iterations < iterations)
            work.Progress?.Report(new MethodProgress("solve", iterations, iterations, "iterations"));
        _largestResidual = Math.Max(_largestResidual, found.Residuals.Max());
        _iterations = Math.Max(_iterations, found.Iterations);
        _negative += found.MetNegativeCurvature.Count(met => met);
        return found.Solution;
    }
}
