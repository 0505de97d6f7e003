using System.Globalization;
using Tessar.Runs;
using Tessar.Tasks;

namespace Tessar.Training;

/// <summary>Loss and accuracy over the examples seen since some moment.</summary>
internal readonly record struct RunningMean(double LossSum, long Correct, long Count)
{
    public double? Loss => Count == 0 ? null : LossSum / Count;

    public double? Accuracy => Count == 0 ? null : (double)Correct / Count;

    /// <summary>Adds a batch.</summary>
    public RunningMean Add(ReadOnlySpan<float> logits, ReadOnlySpan<long> labels)
    {
        int classes = logits.Length / labels.Length;
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = logits.Slice(i * classes, classes);
            loss += LogitMath.CrossEntropy(row, (int)labels[i]);
            correct += LogitMath.ArgMax(row) == labels[i] ? 1 : 0;
        }

        return new RunningMean(LossSum + loss, Correct + correct, Count + labels.Length);
    }

    /// <summary>All three numbers, exactly.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{LossSum:R} {Correct} {Count}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It isn't that.</exception>
    public static RunningMean Parse(string text)
    {
        string[] parts = text.Split(' ');
        return parts.Length == 3
            ? new RunningMean(
                double.Parse(parts[0], CultureInfo.InvariantCulture),
                long.Parse(parts[1], CultureInfo.InvariantCulture),
                long.Parse(parts[2], CultureInfo.InvariantCulture))
            : throw new FormatException($"`{text}` isn't a sum, a count of hits and a count.");
    }
}
