using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Web.Tests.Recording;

/// <summary>Curves as training draws them: noisy for training, a point per epoch for testing.</summary>
internal static class Curves
{
    public static IReadOnlyList<MetricRow> Usual { get; } = Of(rows: 235, stepsPerEpoch: 47);

    public static IReadOnlyList<MetricRow> Of(int rows, int stepsPerEpoch)
    {
        var noise = new RandomStream(3, "curves");
        var curve = new List<MetricRow>(rows + rows / stepsPerEpoch);
        for (int step = 1; step <= rows; step++)
        {
            double passed = 5.0 * step / rows;
            int epoch = (step - 1) / stepsPerEpoch;
            double loss = 2.0 * Math.Exp(-2.2 * passed) + 0.34 + 0.25 * Math.Exp(-0.5 * passed);
            curve.Add(new MetricRow(
                step, epoch, 0.15 * step, loss * (0.85 + 0.3 * noise.NextDouble()),
                Math.Min(1, Math.Round(64 * (0.95 - 0.36 * loss + 0.08 * noise.NextDouble())) / 64), LearningRate: 0.002));
            if (step % stepsPerEpoch == 0)
                curve.Add(new MetricRow(
                    step, epoch, 0.15 * step, TestLoss: loss * 0.97 + 0.05, TestAccuracy: 0.98 - 0.33 * loss));
        }

        return curve;
    }
}
