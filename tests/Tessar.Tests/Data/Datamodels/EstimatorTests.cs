using Tessar.Lenses.Data.Datamodels;
using Tessar.Runs.Retraining;

namespace Tessar.Tests.Data.Datamodels;

public sealed class EstimatorTests
{
    [Fact]
    public void Raw_weights_and_intercept_predict_what_the_standardized_ones_do()
    {
        ExampleMasks masks = ExampleMasks.ExactSize(200, 30, 0.3, 1);
        var columns = new SplitColumns(masks, [.. Enumerable.Range(0, 200)], 1);
        double[] y = [.. Design.Normals(200, 2).Select(v => 5 + 0.1 * v)];
        columns.All.AddTo(y, 4, 2);
        columns.All.AddTo(y, 9, -1);
        LassoFit fit = new LassoPath(columns, new LassoPathSettings()).Fit(y, TestContext.Current.CancellationToken);
        var solver = new LassoSolver(columns.All);
        solver.Start(y);
        solver.Solve(fit.Penalty, TestContext.Current.CancellationToken);
        double[][] x = Design.Standardized(columns.All);
        double[] standardized = Design.Dense(solver, 30), mask = new double[200];
        for (int r = 0; r < 200; r++)
        {
            double raw = fit.Intercept + fit.Weights.Sum(w => columns.All.Has(r, w.Column) ? w.Weight : 0);
            Assert.Equal(y.Average() + x[r].Zip(standardized, (a, w) => a * w).Sum(), raw, 1e-3);
        }

        Assert.Equal([4, 9], fit.Weights.OrderByDescending(w => Math.Abs(w.Weight)).Take(2).Select(w => w.Column));
        Assert.InRange(fit.Weights.Single(w => w.Column == 4).Weight, 1.8, 2.1);
        Assert.True(fit.Gap <= 1e-3);
        Assert.Equal(20, fit.HeldOutPredictions.Length);
    }

    [Fact]
    public void Held_out_models_take_no_part_in_the_choice_of_weights_and_are_predicted()
    {
        ExampleMasks masks = ExampleMasks.ExactSize(300, 40, 0.5, 3);
        var columns = new SplitColumns(masks, [.. Enumerable.Range(0, 300)], 5);
        Assert.Equal((270, 30, 300), (columns.Fitted.Rows, columns.HeldOut.Rows, columns.All.Rows));
        double[] y = [.. Design.Normals(300, 4).Select(v => 0.3 * v)];
        for (int i = 0; i < 5; i++)
            columns.All.AddTo(y, i, 1);
        LassoFit fit = new LassoPath(columns, new LassoPathSettings()).Fit(y, TestContext.Current.CancellationToken);
        var heldOut = new HeldOutCorrelation(1);
        heldOut.Add(0, fit.HeldOutPredictions, columns.TakeHeldOut(y));
        Assert.True(heldOut.Pearson > 0.9, $"{heldOut.Pearson}");
    }

    [Fact]
    public void A_constant_target_and_constant_columns_get_no_weight()
    {
        ExampleMasks masks = ExampleMasks.Listed(
            4, [.. Enumerable.Range(0, 40).Select(m => (IReadOnlyList<int>)(m % 3 == 0 ? [0, 2] : [0, 3]))]);
        var columns = new SplitColumns(masks, [.. Enumerable.Range(0, 40)], 1);
        LassoFit flat = new LassoPath(columns, new LassoPathSettings())
            .Fit(Enumerable.Repeat(0.1, 40).ToArray(), TestContext.Current.CancellationToken);
        Assert.Empty(flat.Weights);
        Assert.Equal(0.1, flat.Intercept, 1e-12);
        Assert.Equal(2, columns.All.Constant);
        LassoFit fit = new LassoPath(columns, new LassoPathSettings())
            .Fit([.. Enumerable.Range(0, 40).Select(m => m % 3 == 0 ? 1.0 : 0)], TestContext.Current.CancellationToken);
        Assert.All(fit.Weights, w => Assert.Contains(w.Column, new[] { 2, 3 }));
        Assert.NotEmpty(fit.Weights);
    }

    [Fact]
    public void Difference_in_means_is_the_closed_form_with_Welchs_error()
    {
        MaskColumns columns = Design.Random(25, 7, 1);
        double[] y = [.. Design.Normals(25, 2).Select(v => 100 + v)], weights = new double[7], errors = new double[7];
        DifferenceInMeans.Fit(columns, y, weights, errors);
        for (int i = 0; i < 7; i++)
        {
            double[] with = [.. y.Where((_, r) => columns.Has(r, i))], without = [.. y.Where((_, r) => !columns.Has(r, i))];
            Assert.Equal(with.Average() - without.Average(), weights[i], 1e-10);
            Assert.Equal(Math.Sqrt(Variance(with) / with.Length + Variance(without) / without.Length), errors[i], 1e-10);
            Assert.Equal(weights[i], DifferenceInMeans.Fit(columns, y, i).Weight, 1e-10);
            Assert.Equal(errors[i], DifferenceInMeans.Fit(columns, y, i).Error, 1e-10);
        }
    }

    [Fact]
    public void Difference_in_means_needs_two_models_on_either_side()
    {
        MaskColumns columns = Design.Of([true, false, false, false], [true, true, true, false], [true, true, false, false]);
        double[] weights = new double[3], errors = new double[3];
        DifferenceInMeans.Fit(columns, [4, 3, 2, 1], weights, errors);
        Assert.Equal([0, 0, 2], weights);
        Assert.Equal([true, true, false], errors.Select(double.IsNaN));
    }

    private static double Variance(double[] values) =>
        values.Sum(v => (v - values.Average()) * (v - values.Average())) / (values.Length - 1);
}
