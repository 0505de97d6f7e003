namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Chooses a target's penalty on models that were held out, and fits all of them with it.</summary>
/// <remarks>
/// λ_k = λ_max·ε^(k/K), k = 0…K − 1, each from the solution before. The mean squared error on the held-out models decides; the
/// path ends when it hasn't improved for ten penalties, not before the tenth and two weights. The chosen λ is then solved on all
/// models. One per thread.
/// </remarks>
internal sealed class LassoPath
{
    private const int Patience = 10;
    private const int LeastNonZeros = 2;
    // A target whose best single column explains less than this share of its level is constant up to rounding.
    private const double Rounding = 1e-12;

    private readonly SplitColumns _columns;
    private readonly LassoPathSettings _settings;
    private readonly LassoSolver _fitted;
    private readonly LassoSolver _all;

    /// <summary>Makes room for one target at a time.</summary>
    public LassoPath(SplitColumns columns, LassoPathSettings settings)
    {
        (_columns, _settings) = (columns, settings);
        _fitted = new LassoSolver(columns.Fitted, settings.Ridge, settings.Tolerance);
        _all = new LassoSolver(columns.All, settings.Ridge, settings.Tolerance);
    }

    /// <summary>Fits a target.</summary>
    /// <param name="y">Its outputs, one per model.</param>
    /// <param name="cancellation">Looked at all the time.</param>
    /// <exception cref="NumericalException">A penalty didn't converge.</exception>
    public LassoFit Fit(ReadOnlySpan<double> y, CancellationToken cancellation = default)
    {
        double[] heldOut = _columns.TakeHeldOut(y);
        _fitted.Start(_columns.TakeFitted(y));
        List<(int Column, double Weight)> best = [];
        double bestPenalty = 0, bestError = double.PositiveInfinity;
        double[] bestPredictions = new double[heldOut.Length];
        Array.Fill(bestPredictions, _fitted.Mean);
        bool isConstant = _fitted.LargestPenalty <= Rounding * (1 + Math.Abs(_fitted.Mean));
        int bestAt = 0, last = -1;
        double factor = Math.Pow(_settings.Ratio, 1.0 / _settings.Penalties), penalty = _fitted.LargestPenalty;
        for (int k = 0; k < _settings.Penalties && !isConstant; k++, penalty *= factor)
        {
            _fitted.Solve(penalty, cancellation);
            last = k;
            List<(int Column, double Weight)> weights = _fitted.Standardized();
            double[] predictions = Predict(_columns.Fitted, _columns.HeldOut, weights, _fitted.Mean);
            double error = 0;
            for (int r = 0; r < heldOut.Length; r++)
                error += (predictions[r] - heldOut[r]) * (predictions[r] - heldOut[r]);
            if (error < bestError)
                (best, bestPenalty, bestError, bestPredictions, bestAt) = (weights, penalty, error, predictions, k);
            else if (k >= Patience && k - bestAt >= Patience && weights.Count >= LeastNonZeros)
                break;
        }

        return Refit(y, best, bestPenalty, cancellation) with
        {
            HeldOutPredictions = bestPredictions,
            EndsPath = last >= 0 && bestAt == _settings.Penalties - 1,
        };
    }

    /// <summary>What weights predict for models of another part.</summary>
    /// <param name="of">The columns that the weights are standardised by.</param>
    /// <param name="to">The columns of the models.</param>
    /// <param name="weights">Standardised.</param>
    /// <param name="mean">ȳ of the fit.</param>
    private static double[] Predict(MaskColumns of, MaskColumns to, List<(int Column, double Weight)> weights, double mean)
    {
        double[] predictions = new double[to.Rows];
        foreach ((int i, double weight) in weights)
        {
            double raw = weight * of.InverseDeviations[i];
            to.AddTo(predictions, i, raw);
            mean -= raw * of.Means[i];
        }

        foreach (ref double prediction in predictions.AsSpan())
            prediction += mean;
        return predictions;
    }

    private LassoFit Refit(
        ReadOnlySpan<double> y, List<(int Column, double Weight)> from, double penalty, CancellationToken cancellation)
    {
        _all.Start(y);
        if (penalty > 0)
        {
            _all.StartFrom(from);
            _all.Solve(penalty, cancellation);
        }

        List<(int Column, double Weight)> standardized = _all.Standardized();
        var weights = new (int, double)[standardized.Count];
        double intercept = _all.Mean;
        for (int k = 0; k < weights.Length; k++)
        {
            (int i, double weight) = standardized[k];
            double raw = weight * _columns.All.InverseDeviations[i];
            intercept -= raw * _columns.All.Means[i];
            weights[k] = (i, raw);
        }

        return new LassoFit
        {
            Weights = weights,
            Intercept = intercept,
            Penalty = penalty,
            Gap = penalty > 0 ? _all.Gap : 0,
            HeldOutPredictions = []
        };
    }
}

/// <summary>Settings of <see cref="LassoPath"/>.</summary>
/// <param name="Penalties">K, at least 1.</param>
/// <param name="Ratio">ε, in (0, 1).</param>
/// <param name="Ridge">λ₂, at least 0.</param>
/// <param name="Tolerance">Largest violation of the optimality conditions, relative to λ.</param>
internal sealed record LassoPathSettings(int Penalties = 100, double Ratio = 0.01, double Ridge = 0, double Tolerance = 1e-4);

/// <summary>A fitted datamodel of one target: output ≈ intercept + Σ weights of the examples in the subset.</summary>
internal sealed record LassoFit
{
    /// <summary>Raw weights, of columns as they are, those that aren't 0.</summary>
    public required IReadOnlyList<(int Column, double Weight)> Weights { get; init; }

    /// <summary>b.</summary>
    public required double Intercept { get; init; }

    /// <summary>λ; 0 for a constant target.</summary>
    public required double Penalty { get; init; }

    /// <summary>Largest violation of the optimality conditions, relative to λ.</summary>
    public required double Gap { get; init; }

    /// <summary>What the fit without the held-out models predicts for them.</summary>
    public required double[] HeldOutPredictions { get; init; }

    /// <summary>Whether the smallest penalty was best, so that a longer path might do better.</summary>
    public bool EndsPath { get; init; }
}
