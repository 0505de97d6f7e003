namespace Tessar.Bench.DataLens.Damping;

/// <summary>What a run knows of one of its kernels, and dampings that follow from it.</summary>
/// <param name="Kind">exact, sketch or land, with k.</param>
/// <param name="Examples">n.</param>
/// <param name="Eigenvalues">Λ, at least 0.</param>
/// <param name="Along">Q along each eigenvector, squared.</param>
/// <param name="SumOfSquares">‖Q‖².</param>
/// <param name="Curvature">R̄, the mean of Q(1 − Q).</param>
/// <param name="Time">τ; null where it isn't known.</param>
internal sealed record KernelFacts(
    string Kind, int Examples, double[] Eigenvalues, double[] Along, double SumOfSquares, double Curvature, double? Time)
{
    private static readonly double[] _tried = [.. Enumerable.Range(0, 49).Select(i => Math.Pow(10, -3 + (i / 8.0)))];

    /// <summary>s̄ = tr(ΦᵀΦ)/n.</summary>
    public double MeanSquaredNorm => Eigenvalues.Sum() / Examples;

    // What no eigenvector reaches: with features of rank k, n − k dimensions.
    private double Beyond => Math.Max(0, SumOfSquares - Along.Sum());

    /// <summary>Generalised cross-validation of the ridge regression of Q on the features.</summary>
    public double CrossValidation() => Best(damping =>
    {
        double residual = Beyond, freedom = Examples;
        for (int i = 0; i < Eigenvalues.Length; i++)
        {
            double left = damping / (Eigenvalues[i] + damping);
            residual += left * left * Along[i];
            freedom -= 1 - left;
        }

        return residual / (freedom * freedom);
    });

    /// <summary>Evidence: the likelihood of Q under a normal distribution with covariance proportional to K + λI.</summary>
    public double Evidence() => Best(damping =>
    {
        double form = Beyond / damping, logarithm = (Examples - Eigenvalues.Length) * Math.Log(damping);
        for (int i = 0; i < Eigenvalues.Length; i++)
        {
            form += Along[i] / (Eigenvalues[i] + damping);
            logarithm += Math.Log(Eigenvalues[i] + damping);
        }

        return Examples * Math.Log(form) + logarithm;
    });

    /// <summary>The damping with an effective dimension Σ Λ/(Λ + λ) of a share of n.</summary>
    public double EffectiveDimension(double share) => Best(damping =>
        Math.Abs(Eigenvalues.Sum(value => value / (value + damping)) - share * Examples));

    /// <summary>n/(τ R̄ s̄), or what networks usually get where τ isn't known.</summary>
    public double TrainingTime() => Time is { } time ? Examples / (time * Curvature * MeanSquaredNorm) : 0.3;

    private double Best(Func<double, double> loss)
    {
        double scale = MeanSquaredNorm;
        return _tried.MinBy(damping => loss(damping * scale));
    }
}
