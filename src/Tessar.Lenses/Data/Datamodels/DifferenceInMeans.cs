namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Mean output of the models that saw an example minus that of those that didn't, with its standard error.</summary>
/// <remarks>
/// w_i = ȳ₁ − ȳ₀; standard error √(s₁²/n₁ + s₀²/n₀) after Welch. Both groups need two models, or the weight is 0 and the error
/// NaN. Source: Feldman, Zhang, "What neural networks memorize and why", arXiv:2008.03703.
/// </remarks>
internal static class DifferenceInMeans
{
    /// <summary>Fits a target to all columns: n·M/4 additions.</summary>
    /// <param name="columns">The design.</param>
    /// <param name="y">[M].</param>
    /// <param name="weights">[n], overwritten.</param>
    /// <param name="errors">[n], overwritten.</param>
    public static void Fit(MaskColumns columns, ReadOnlySpan<double> y, Span<double> weights, Span<double> errors)
    {
        double[] centerd = Centerd(y), squares = [.. centerd.Select(v => v * v)];
        columns.Sums(centerd, weights);
        columns.Sums(squares, errors);
        double total = centerd.Sum(), totalSquares = squares.Sum();
        for (int i = 0; i < columns.Count; i++)
            (weights[i], errors[i]) = Of(columns.Ones(i), columns.Rows, weights[i], errors[i], total, totalSquares);
    }

    /// <summary>Fits a target to one column.</summary>
    public static (double Weight, double Error) Fit(MaskColumns columns, ReadOnlySpan<double> y, int column)
    {
        double[] centerd = Centerd(y);
        double sum = 0, squares = 0;
        for (int r = 0; r < centerd.Length; r++)
        {
            if (!columns.Has(r, column))
                continue;
            sum += centerd[r];
            squares += centerd[r] * centerd[r];
        }

        return Of(columns.Ones(column), columns.Rows, sum, squares, centerd.Sum(), centerd.Sum(v => v * v));
    }

    /// <summary>What the weights predict for other models, up to a constant: Σ w_i over their examples.</summary>
    public static double[] Predict(MaskColumns columns, ReadOnlySpan<double> weights)
    {
        double[] predictions = new double[columns.Rows];
        for (int i = 0; i < columns.Count; i++)
            columns.AddTo(predictions, i, weights[i]);
        return predictions;
    }

    // Around the mean, so that the squares don't cancel.
    private static double[] Centerd(ReadOnlySpan<double> y)
    {
        double[] centerd = y.ToArray();
        double mean = centerd.Average();
        foreach (ref double value in centerd.AsSpan())
            value -= mean;
        return centerd;
    }

    private static (double Weight, double Error) Of(
        int ones, int rows, double sum, double squares, double total, double totalSquares)
    {
        int zeros = rows - ones;
        if (ones < 2 || zeros < 2)
            return (0, double.NaN);
        double mean1 = sum / ones, mean0 = (total - sum) / zeros;
        double variance1 = Math.Max(0, squares - ones * mean1 * mean1) / (ones - 1);
        double variance0 = Math.Max(0, totalSquares - squares - zeros * mean0 * mean0) / (zeros - 1);
        return (mean1 - mean0, Math.Sqrt(variance1 / ones + variance0 / zeros));
    }
}
