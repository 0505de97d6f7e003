using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>Softmax regression on fixed features, to convergence, in fp64: the same data always give the same model.</summary>
/// <remarks>
/// Minimises (1/n) Σ ℓ(W x_i, y_i) + (λ/2)‖W‖², x standardised, with a constant 1 for the bias. The Hessian of the loss is at
/// most ½ XᵀX/n for each class, so steps W ← W − (½ XᵀX/n + λI)⁻¹ ∇ never raise the objective and need one factorisation;
/// Nesterov's momentum with restarts makes them few. Source of the bound: Böhning, "Multinomial logistic regression algorithm",
/// 1992.
/// </remarks>
internal sealed class LinearProbe : IDisposable
{
    private const int MostSteps = 5_000;
    private const double Tolerance = 1e-7;

    private readonly Tensor _mean;
    private readonly Tensor _scale;
    private readonly Tensor _weights;

    /// <summary>Fits.</summary>
    /// <param name="features">[n, d], fp64.</param>
    /// <param name="labels">[n], int64, in [0, classes).</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="penalty">λ, above 0.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <exception cref="NumericalException">It didn't converge, or a feature isn't finite.</exception>
    public LinearProbe(Tensor features, Tensor labels, int classes, double penalty, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(penalty);
        using DisposeScope scope = NewDisposeScope();
        if (!features.isfinite().all().item<bool>())
            throw new NumericalException(
                "A hidden feature isn't finite. Look for overflow in the source model, or leave it out.");
        Tensor mean = features.mean([0], keepdim: true), deviation = features.std(0, unbiased: false, keepdim: true);
        Tensor scale = where(deviation > 0, deviation, ones_like(deviation));
        Tensor x = WithOne((features - mean) / scale);
        Tensor y = nn.functional.one_hot(labels, classes).to_type(ScalarType.Float64);
        double n = x.shape[0];
        Tensor bound = 0.5 * x.t().mm(x) / n + penalty * eye(x.shape[1], dtype: ScalarType.Float64);
        Tensor factor = linalg.cholesky(bound);
        Tensor weights = zeros(x.shape[1], classes, dtype: ScalarType.Float64), ahead = weights.clone();
        double momentum = 1;
        for (int step = 0; ; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            Tensor gradient = x.t().mm(x.mm(ahead).softmax(1) - y) / n + penalty * ahead;
            double size = gradient.abs().max().item<double>();
            if (size <= Tolerance)
                break;
            if (step == MostSteps)
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The linear probe has a gradient of {size:g3} after {MostSteps} steps. Raise its penalty (now "
                        + $"{penalty:g3})."));
            Tensor half = linalg.solve_triangular(factor, gradient, upper: false);
            Tensor next = ahead - linalg.solve_triangular(factor.t(), half, upper: true);
            Tensor move = next - weights;
            // Going uphill along the momentum: start it again.
            bool isRestart = (gradient * move).sum().item<double>() > 0;
            double nextMomentum = isRestart ? 1 : (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2;
            Tensor nextAhead = isRestart ? next.clone() : next + (momentum - 1) / nextMomentum * move;
            momentum = nextMomentum;
            weights.copy_(next);
            ahead.copy_(nextAhead);
        }

        _mean = mean.DetachFromDisposeScope();
        _scale = scale.DetachFromDisposeScope();
        _weights = ahead.DetachFromDisposeScope();
    }

    /// <summary>Logits [n, classes] of other features, fp64; the caller disposes them.</summary>
    public Tensor Logits(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return WithOne((features - _mean) / _scale).mm(_weights).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _scale.Dispose();
        _weights.Dispose();
    }

    private static Tensor WithOne(Tensor x) => cat([x, ones(x.shape[0], 1, dtype: ScalarType.Float64)], 1);
}
