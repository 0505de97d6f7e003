using MathNet.Numerics.LinearAlgebra;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Ordinary least squares or ridge of outputs on groups, with standard errors and leave-one-out predictions.</summary>
/// <remarks>
/// y = b + Zw + e with z centred and S = ZᵀZ/M: w = (S + λI)⁻¹Zᵀ(y − ȳ)/M. With A = (S + λI)⁻¹ and s² = RSS/(M − 1 − tr AS), the
/// covariance of w is s²·ASA/M; without ridge that is the usual s²(ZᵀZ)⁻¹. The intercept isn't penalised. The prediction for row
/// r from all others is y_r − e_r/(1 − h_r), h_r = (1 + z_rᵀAz_r)/M, exactly. The design is the same for all targets, so A is
/// computed once. Immutable.
/// </remarks>
internal sealed class GroupRegression
{
    private const double Singular = 1e-10;

    private readonly Matrix<double> _centerd;
    private readonly Matrix<double> _inverse;
    private readonly double[] _means;
    private readonly double[] _leverage;
    private readonly double[] _unitErrors;
    private readonly double _degrees;

    /// <summary>Prepares a design.</summary>
    /// <param name="design">[M, G]: whether a subset has a group.</param>
    /// <param name="ridge">λ, at least 0; 0 for ordinary least squares.</param>
    /// <param name="describe">Names a group for messages.</param>
    /// <exception cref="TessarException">Without ridge: a group's column is constant or follows from others.</exception>
    public GroupRegression(IReadOnlyList<bool[]> design, double ridge, Func<int, string> describe)
    {
        int rows = design.Count, groups = design[0].Length;
        Matrix<double> z = Matrix<double>.Build.Dense(rows, groups, (r, g) => design[r][g] ? 1 : 0);
        _means = [.. z.ColumnSums() / rows];
        _centerd = Matrix<double>.Build.Dense(rows, groups, (r, g) => z[r, g] - _means[g]);
        Matrix<double> second = _centerd.TransposeThisAndMultiply(_centerd) / rows;
        Matrix<double> penalized = second + ridge * Matrix<double>.Build.DenseIdentity(groups);
        _inverse = Inverse(penalized, describe);
        Matrix<double> product = _inverse * second;
        _degrees = rows - 1 - product.Trace();
        _unitErrors = [.. (product * _inverse).Diagonal().Select(v => Math.Sqrt(Math.Max(0, v) / rows))];
        Matrix<double> half = _centerd * _inverse;
        _leverage = [.. Enumerable.Range(0, rows).Select(r => (1 + half.Row(r).DotProduct(_centerd.Row(r))) / rows)];
    }

    /// <summary>Fits a target.</summary>
    /// <param name="y">[M].</param>
    public GroupFit Fit(double[] y)
    {
        double mean = y.Average();
        Vector<double> centerd = Vector<double>.Build.Dense(y.Length, r => y[r] - mean);
        Vector<double> weights = _inverse * _centerd.TransposeThisAndMultiply(centerd) / y.Length;
        Vector<double> residual = centerd - _centerd * weights;
        double deviation = Math.Sqrt(residual.DotProduct(residual) / _degrees);
        return new GroupFit(
            [.. weights], [.. _unitErrors.Select(unit => unit * deviation)], mean - weights.Select((w, g) => w * _means[g]).Sum(),
            [.. residual.Select((e, r) => y[r] - e / Math.Max(1 - _leverage[r], Singular))]);
    }

    // By Cholesky; a pivot that isn't there names its column.
    private static Matrix<double> Inverse(Matrix<double> matrix, Func<int, string> describe)
    {
        int size = matrix.RowCount;
        double[,] factor = new double[size, size];
        for (int g = 0; g < size; g++)
        {
            for (int h = 0; h <= g; h++)
            {
                double rest = matrix[g, h];
                for (int k = 0; k < h; k++)
                    rest -= factor[g, k] * factor[h, k];
                if (h < g)
                {
                    factor[g, h] = rest / factor[h, h];
                    continue;
                }

                if (rest <= Singular)
                {
                    throw new TessarException(
                        $"The regression is singular: whether a subset has {describe(g)} follows from the other groups in it, or "
                            + $"is the same in all. "
                        + "Use more `subsets`, another seed, or a `ridge` above 0.", ErrorKind.Usage);
                }

                factor[g, g] = Math.Sqrt(rest);
            }
        }

        Matrix<double> lower = Matrix<double>.Build.DenseOfArray(factor).Inverse();
        return lower.TransposeThisAndMultiply(lower);
    }
}

/// <summary>A target's regression on groups.</summary>
/// <param name="Weights">Effect of having a group, [G].</param>
/// <param name="Errors">Their standard errors, [G].</param>
/// <param name="Intercept">b.</param>
/// <param name="LeaveOneOut">What the fit without a row predicts for it, [M].</param>
internal sealed record GroupFit(double[] Weights, double[] Errors, double Intercept, double[] LeaveOneOut);
