using MathNet.Numerics.LinearAlgebra;
using Tessar.Lenses.Data.Datamodels;

namespace Tessar.Tests.Data.Datamodels;

public sealed class GroupRegressionTests
{
    private const int Rows = 50;
    private const int Groups = 6;

    // β = (XᵀX)⁻¹Xᵀy with a column of ones, its covariance s²(XᵀX)⁻¹, s² = RSS/(M − G − 1).
    [Fact]
    public void Least_squares_are_the_normal_equations_with_their_standard_errors()
    {
        (bool[][] design, double[] y) = Data();
        GroupFit fit = new GroupRegression(design, ridge: 0, g => $"{g}").Fit(y);
        Matrix<double> x = WithOne(design);
        Matrix<double> inverse = x.TransposeThisAndMultiply(x).Inverse();
        Vector<double> beta =
            inverse * x.TransposeThisAndMultiply(Vector<double>.Build.Dense(y)), residual = Vector<double>.Build.Dense(y)
                - x * beta;
        double variance = residual.DotProduct(residual) / (Rows - Groups - 1);
        Assert.Equal(beta[0], fit.Intercept, 1e-10);
        for (int g = 0; g < Groups; g++)
        {
            Assert.Equal(beta[g + 1], fit.Weights[g], 1e-10);
            Assert.Equal(Math.Sqrt(variance * inverse[g + 1, g + 1]), fit.Errors[g], 1e-10);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Leave_one_out_predictions_are_those_of_a_fit_without_the_row(double ridge)
    {
        (bool[][] design, double[] y) = Data();
        GroupFit fit = new GroupRegression(design, ridge, g => $"{g}").Fit(y);
        foreach (int left in new[] { 0, 17, Rows - 1 })
        {
            bool[][] rest = [.. design.Where((_, r) => r != left)];
            // The penalty is on the sum of squares, M·λ, which stays when a row goes.
            GroupFit without = new GroupRegression(rest, ridge * Rows / (Rows - 1), g => $"{g}")
                .Fit([.. y.Where((_, r) => r != left)]);
            double predicted = without.Intercept + without.Weights.Where((_, g) => design[left][g]).Sum();
            Assert.Equal(predicted, fit.LeaveOneOut[left], 1e-9);
        }
    }

    // (ZᵀZ/M + λI)w = Zᵀ(y − ȳ)/M; covariance s²·A S A/M.
    [Fact]
    public void Ridge_solves_its_normal_equations()
    {
        (bool[][] design, double[] y) = Data();
        const double ridge = 0.3;
        GroupFit fit = new GroupRegression(design, ridge, g => $"{g}").Fit(y);
        Matrix<double> x = WithOne(design)
            .RemoveColumn(0), z = x - Matrix<double>.Build.Dense(Rows, Groups, (_, g) => x.Column(g).Average());
        Matrix<double> second = z.TransposeThisAndMultiply(z) / Rows, inverse = (second
            + ridge * Matrix<double>.Build.DenseIdentity(Groups)).Inverse();
        Vector<double> centerd = Vector<double>.Build.Dense(
            Rows, r => y[r] - y.Average()), weights = inverse * z.TransposeThisAndMultiply(centerd) / Rows;
        Vector<double> residual = centerd - z * weights;
        double variance = residual.DotProduct(residual) / (Rows - 1 - (inverse * second).Trace());
        Matrix<double> covariance = inverse * second * inverse * (variance / Rows);
        for (int g = 0; g < Groups; g++)
        {
            Assert.Equal(weights[g], fit.Weights[g], 1e-10);
            Assert.Equal(Math.Sqrt(covariance[g, g]), fit.Errors[g], 1e-10);
        }
    }

    // 400 draws of noise: the effects' spread is what the standard errors say (5 standard errors of a variance).
    [Fact]
    public void Standard_errors_are_the_spread_over_repeated_noise()
    {
        (bool[][] design, _) = Data();
        var regression = new GroupRegression(design, 0, g => $"{g}");
        const int draws = 400;
        GroupFit[] fits = [.. Enumerable.Range(0, draws).Select(d => regression.Fit(Design.Normals(Rows, 100 + (ulong)d)))];
        double spread = fits.Average(fit => fit.Weights[0] * fit.Weights[0]), expected =
            fits.Average(fit => fit.Errors[0] * fit.Errors[0]);
        Assert.InRange(spread / expected, 1 - 5 * Math.Sqrt(2.0 / draws), 1 + 5 * Math.Sqrt(2.0 / draws));
    }

    [Fact]
    public void A_singular_design_names_the_group_and_ridge_takes_it()
    {
        // Every row has exactly one of the first two groups: with the intercept that is one column too many.
        bool[][] design = [.. Enumerable.Range(0, 20).Select(r => (bool[])[r % 2 == 0, r % 2 != 0, r % 3 == 0])];
        TessarException error = Assert.Throws<TessarException>(() => new GroupRegression(design, 0, g => $"group {g}"));
        Assert.Contains("has group 1 follows", error.Message, StringComparison.Ordinal);
        Assert.All(
            new GroupRegression(design, 0.1, g => $"{g}").Fit(Design.Normals(20, 1)).Weights,
            w => Assert.True(double.IsFinite(w)));
    }

    private static (bool[][], double[]) Data()
    {
        MaskColumns columns = Design.Random(Rows, Groups, 3);
        bool[][] design = [.. Enumerable.Range(0, Rows)
            .Select(r => Enumerable.Range(0, Groups).Select(g => columns.Has(r, g)).ToArray())];
        return (
            design,
            [.. Design.Normals(Rows, 4).Select((noise, r) => 2 + noise + (design[r][1] ? 3 : 0) - (design[r][4] ? 1 : 0))]);
    }

    private static Matrix<double> WithOne(bool[][] design) =>
        Matrix<double>.Build.Dense(design.Length, Groups + 1, (r, g) => g == 0 || design[r][g - 1] ? 1 : 0);
}
