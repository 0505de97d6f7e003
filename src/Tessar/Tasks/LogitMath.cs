using Tessar.Examples;

namespace Tessar.Tasks;

/// <summary>Losses and probabilities from logits, in double precision.</summary>
internal static class LogitMath
{
    /// <summary>Index of the largest value; the first of equals.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }

    /// <summary>p_c = exp(z_c − max z) / Σ_k exp(z_k − max z).</summary>
    public static double[] Softmax(ReadOnlySpan<float> logits)
    {
        double logSum = LogSumExp(logits);
        var probabilities = new double[logits.Length];
        for (int i = 0; i < logits.Length; i++)
            probabilities[i] = Math.Exp(logits[i] - logSum);
        return probabilities;
    }

    /// <summary>−log p_label = log Σ_k exp(z_k) − z_label, in nats.</summary>
    public static double CrossEntropy(ReadOnlySpan<float> logits, int label) => LogSumExp(logits) - logits[label];

    /// <summary>log(p_label / (1 − p_label)) = z_label − log Σ_{k ≠ label} exp(z_k); infinite for a single class.</summary>
    public static double Margin(ReadOnlySpan<float> logits, int label)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int k = 0; k < logits.Length; k++)
            largest = k == label ? largest : Math.Max(largest, logits[k]);
        for (int k = 0; k < logits.Length; k++)
            sum += k == label ? 0 : Math.Exp(logits[k] - largest);
        return logits[label] - largest - Math.Log(sum);
    }

    /// <summary>Mean cross-entropy against labels of which a share ε is spread evenly over all C classes.</summary>
    /// <param name="logits">[labels, C], row by row.</param>
    /// <param name="labels">One per row.</param>
    /// <param name="smoothing">The share ε, in [0, 1).</param>
    /// <remarks>Per row log Σ_k exp(z_k) − (1 − ε) z_label − ε Σ_k z_k / C.</remarks>
    public static double MeanCrossEntropy(ReadOnlySpan<float> logits, ReadOnlySpan<long> labels, double smoothing)
    {
        int classes = logits.Length / labels.Length;
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = logits.Slice(i * classes, classes);
            double mean = 0;
            foreach (float z in row)
                mean += z / (double)classes;
            sum += LogSumExp(row) - (1 - smoothing) * row[(int)labels[i]] - smoothing * mean;
        }

        return sum / labels.Length;
    }

    /// <summary>Mean cross-entropy and share of correct answers over a set.</summary>
    /// <param name="logits">[examples, classes], row by row.</param>
    /// <param name="set">The examples.</param>
    /// <param name="classes">Number of classes.</param>
    public static (double Loss, double Accuracy) Score(ReadOnlySpan<float> logits, ExampleSet set, int classes)
    {
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < set.Count; i++)
        {
            ReadOnlySpan<float> row = logits.Slice(i * classes, classes);
            int label = set.Label(i);
            loss += CrossEntropy(row, label);
            correct += ArgMax(row) == label ? 1 : 0;
        }

        return (loss / set.Count, (double)correct / set.Count);
    }

    // The largest term is taken out, so that no exponential overflows.
    private static double LogSumExp(ReadOnlySpan<float> logits)
    {
        double largest = logits[ArgMax(logits)], sum = 0;
        foreach (float z in logits)
            sum += Math.Exp(z - largest);
        return largest + Math.Log(sum);
    }
}
