using Tessar.Examples;

namespace Tessar.Inputs;

/// <summary>How pixels become numbers: (pixel / 255 − mean) / std, channel by channel.</summary>
/// <param name="Mean">One mean per channel, on the scale where pixels run from 0 to 1.</param>
/// <param name="Std">One standard deviation per channel, on that scale, above 0.</param>
public sealed record InputNormalization(IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>The normalisation that gives a split mean 0 and variance 1 in each channel.</summary>
    /// <param name="store">The data.</param>
    /// <param name="split">The split whose statistics count.</param>
    /// <returns>Its mean and standard deviation; a constant channel gets standard deviation 1.</returns>
    /// <exception cref="ArgumentException">The store has no such split.</exception>
    public static InputNormalization Of(ExampleStore store, string split = "train")
    {
        ArgumentNullException.ThrowIfNull(store);
        ColumnStatistics statistics = store.Column("image").SplitStatistics[store.Split(split).Name];
        return new InputNormalization(
            [.. statistics.Mean.Select(mean => (float)mean)],
            [.. statistics.Std.Select(std => std > 0 ? (float)std : 1f)]);
    }

    /// <summary>What is wrong with the numbers for images of so many channels, as a sentence; null when nothing is.</summary>
    internal string? Objection(int channels)
    {
        if (Mean.Count != channels || Std.Count != channels)
        {
            return $"The normalisation has {Mean.Count} means and {Std.Count} standard deviations, the images have {channels} "
                + $"channels. "
                + "Give one of each per channel, such as a mean of 0.286 and a deviation of 0.353.";
        }

        for (int channel = 0; channel < channels; channel++)
        {
            if (!float.IsFinite(Mean[channel]))
                return $"The mean of channel {channel} is {Mean[channel]}. Give the mean of its pixels scaled to 0..1.";
            if (!float.IsFinite(Std[channel]) || Std[channel] <= 0)
                return $"The standard deviation of channel {channel} is {Std[channel]}. Give that of its pixels scaled to 0..1, "
                    + $"above 0.";
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(InputNormalization? other) =>
        other is not null && Mean.SequenceEqual(other.Mean) && Std.SequenceEqual(other.Std);

    /// <inheritdoc/>
    public override int GetHashCode() => Mean.Concat(Std).Aggregate(0, HashCode.Combine);
}
