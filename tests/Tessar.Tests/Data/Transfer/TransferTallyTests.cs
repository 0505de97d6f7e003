using Tessar.Examples;
using Tessar.Lenses.Data.Transfer;
using Tessar.Statistics;

namespace Tessar.Tests.Data.Transfer;

public sealed class TransferTallyTests
{
    [Fact]
    public void Influence_is_the_difference_of_means_with_welch_errors()
    {
        var tally = new TransferTally(2, 1);
        double[] with = [1, 2, 4], without = [0, 1];
        foreach (double y in with)
            tally.Add([true, false], [y]);
        foreach (double y in without)
            tally.Add([false, true], [y]);
        ClassInfluence found = tally.Of(0, 0);
        // v₁ = 7/3, v₀ = 1/2: error² = 7/9 + 1/4 = 37/36.
        Assert.Equal(7.0 / 3 - 0.5, found.Value, 1e-12);
        Assert.Equal(Math.Sqrt(37.0 / 36), found.StandardError, 1e-12);
        Assert.Equal((3, 2), (found.With, found.Without));
        double freedom = 37.0 / 36 * 37 / 36 / (49.0 / 81 / 2 + 1.0 / 16);
        // Student's t with ν degrees: p by numeric integration of its density.
        double t = found.Value / found.StandardError, tail = 0;
        for (int i = 0; i < 4_000_000; i++)
            tail += Math.Pow(1 + (t + (i + 0.5) * 1e-3) * (t + (i + 0.5) * 1e-3) / freedom, -(freedom + 1) / 2) * 1e-3;
        double whole = 0;
        for (int i = 0; i < 4_000_000; i++)
            whole += Math.Pow(1 + (i + 0.5) * 1e-3 * ((i + 0.5) * 1e-3) / freedom, -(freedom + 1) / 2) * 1e-3;
        Assert.Equal(tail / whole, found.PValue, 1e-4);
        Assert.Equal(-found.Value, tally.Of(1, 0).Value, 1e-12);
    }

    [Fact]
    public void Mean_over_targets_is_that_of_the_mean_output()
    {
        var tally = new TransferTally(1, 2);
        tally.Add([true], [1, 3]);
        tally.Add([true], [3, 5]);
        tally.Add([false], [0, 1]);
        tally.Add([false], [0, 3]);
        Assert.Equal((tally.Of(0, 0).Value + tally.Of(0, 1).Value) / 2, tally.Of(0).Value, 1e-12);
    }

    [Fact]
    public void A_class_that_every_model_or_none_had_gives_nan()
    {
        var tally = new TransferTally(2, 1);
        tally.Add([true, false], [1]);
        tally.Add([true, false], [2]);
        Assert.True(double.IsNaN(tally.Of(0, 0).Value));
        Assert.True(double.IsNaN(tally.Of(1, 0).Value));
        Assert.Equal((2, 0), (tally.Of(0, 0).With, tally.Of(0, 0).Without));
    }

    // Class 7 lowers, class 2 raises every output; the others do nothing.
    [Fact]
    public void Planted_harmful_class_is_ranked_last_and_helpful_one_first()
    {
        const int classes = 10, targets = 30, models = 120;
        var tally = new TransferTally(classes, targets);
        for (int m = 0; m < models; m++)
        {
            var stream = new RandomStream(3, "transfer test", m);
            int[] order = [.. Enumerable.Range(0, classes)];
            stream.Shuffle<int>(order);
            bool[] included = new bool[classes];
            foreach (int c in order.Take(classes / 2))
                included[c] = true;
            double shift = (included[2] ? 1 : 0) - (included[7] ? 1 : 0);
            tally.Add(included, [.. Enumerable.Range(0, targets).Select(_ => shift + stream.NextDouble() - 0.5)]);
        }

        int[] ranked = [.. Enumerable.Range(0, classes).OrderByDescending(c => tally.Of(c).Value)];
        Assert.Equal((2, 7), (ranked[0], ranked[^1]));
        double[] q = FalseDiscovery.QValues([.. Enumerable.Range(0, classes).Select(c => tally.Of(c).PValue)]);
        Assert.True(q[2] < 1e-6 && q[7] < 1e-6);
    }

    [Fact]
    public void Bad_models_are_refused()
    {
        var tally = new TransferTally(2, 1);
        Assert.Throws<ArgumentException>(() => tally.Add([true], [1]));
        Assert.Throws<NumericalException>(() => tally.Add([true, false], [double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.Of(2));
        Assert.Equal(0, tally.Models);
    }

    // Worked by hand: p·m/j = .04, .04, .0533, .08 → from the back: .04, .04, .0533, .08.
    [Fact]
    public void Q_values_are_those_of_the_step_up_rule()
    {
        double[] q = FalseDiscovery.QValues([0.04, 0.01, double.NaN, 0.02, 0.08]);
        Assert.Equal(
            [0.16 / 3, 0.04, double.NaN, 0.04, 0.08], q,
            (x, y) => Math.Abs(x - y) < 1e-12 || (double.IsNaN(x) && double.IsNaN(y)));
        Assert.Equal([0.03, 0.03], FalseDiscovery.QValues([0.03, 0.02]));
    }
}
