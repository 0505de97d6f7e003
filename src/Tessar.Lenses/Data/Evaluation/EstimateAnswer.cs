using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>A number and how sure it is.</summary>
/// <param name="Value">The number; absent when it isn't finite, such as a ratio to nothing.</param>
/// <param name="Low">Lower end of the 95 % interval, by resampling 2,000 times; absent when there is none.</param>
/// <param name="High">Upper end; absent when there is none.</param>
internal sealed record EstimateAnswer(double? Value, double? Low, double? High)
{
    internal static EstimateAnswer Of(Estimate estimate) =>
        new(Finite(estimate.Value), Finite(estimate.Low), Finite(estimate.High));

    /// <summary>As people read it: `0.31 (0.22 to 0.40)`.</summary>
    /// <param name="format">Of each number, such as 0.00.</param>
    public string Text(string format)
    {
        string value = Number(Value), low = Number(Low), high = Number(High);
        return Low is null && High is null ? value : $"{value} ({low} to {high})";

        string Number(double? number) => number?.ToString(format, System.Globalization.CultureInfo.InvariantCulture) ?? "–";
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
