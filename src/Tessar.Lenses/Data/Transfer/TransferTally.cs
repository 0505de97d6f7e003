using System.Globalization;
using MathNet.Numerics.Distributions;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>
/// How much having a source class in the training raises the outputs on target examples, from models trained on random sets of
/// classes.
/// </summary>
/// <remarks>
/// Infl[c → t] = mean(f(t) | c ∈ S) − mean(f(t) | c ∉ S), with sums, squares and counts kept for each class and target: memory
/// 4·classes·targets numbers, however many models there are. Standard errors are Welch's: √(v₁/n₁ + v₀/n₀), v with divisor n − 1,
/// and his degrees of freedom. Over all targets the same is done with each model's mean output. Source: Jain et al.,
/// arXiv:2207.05739, section 3; errors and q-values are ours.
/// </remarks>
internal sealed class TransferTally
{
    private readonly int _classes;
    private readonly int _targets;
    private readonly Moments[] _with;
    private readonly Moments[] _without;

    /// <summary>Starts with no model.</summary>
    /// <param name="classes">Source classes, at least 1.</param>
    /// <param name="targets">Target examples, at least 1.</param>
    public TransferTally(int classes, int targets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(targets, 1);
        (_classes, _targets) = (classes, targets);
        // The last column is the mean over targets.
        _with = new Moments[classes * (targets + 1)];
        _without = new Moments[classes * (targets + 1)];
    }

    /// <summary>Models so far.</summary>
    public int Models { get; private set; }

    /// <summary>Adds a model.</summary>
    /// <param name="included">Whether it was trained on each source class, [classes].</param>
    /// <param name="outputs">f(t), higher is better, [targets].</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="NumericalException">An output isn't finite.</exception>
    public void Add(ReadOnlySpan<bool> included, ReadOnlySpan<double> outputs)
    {
        if (included.Length != _classes || outputs.Length != _targets)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The model has {included.Length} classes and {outputs.Length} outputs; expected {_classes} and {_targets}."),
                nameof(outputs));
        }

        double sum = 0;
        for (int t = 0; t < outputs.Length; t++)
        {
            if (!double.IsFinite(outputs[t]))
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture, $"Model {Models} answers {outputs[t]} to target {t}. Leave this model out."));
            sum += outputs[t];
        }

        for (int c = 0; c < _classes; c++)
        {
            Span<Moments> row = (included[c] ? _with : _without).AsSpan(c * (_targets + 1), _targets + 1);
            for (int t = 0; t < outputs.Length; t++)
                row[t].Add(outputs[t]);
            row[_targets].Add(sum / _targets);
        }

        Models++;
    }

    /// <summary>
    /// The influence of a class on one target, or on all of them (<paramref name="target"/> null: on the mean output).
    /// </summary>
    /// <remarks>
    /// NaN where no model had the class, or every model had it; no error where a side has fewer than two models.
    /// </remarks>
    public ClassInfluence Of(int sourceClass, int? target = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceClass);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sourceClass, _classes);
        int column = sourceClass * (_targets + 1) + (target ?? _targets);
        Moments one = _with[column], zero = _without[column];
        if (one.Count == 0 || zero.Count == 0)
            return new ClassInfluence(double.NaN, double.NaN, double.NaN, double.NaN, one.Count, zero.Count);
        double difference = one.Mean - zero.Mean;
        if (one.Count < 2 || zero.Count < 2)
            return new ClassInfluence(difference, double.NaN, double.NaN, double.NaN, one.Count, zero.Count);
        double a = one.Variance / one.Count, b = zero.Variance / zero.Count, error = Math.Sqrt(a + b);
        if (error == 0)
            return new ClassInfluence(difference, 0, 0, difference == 0 ? 1 : 0, one.Count, zero.Count);
        double freedom = (a + b) * (a + b) / (a * a / (one.Count - 1) + b * b / (zero.Count - 1));
        double half = StudentT.InvCDF(0, 1, freedom, 0.975) * error;
        double p = 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(difference) / error);
        return new ClassInfluence(difference, error, half, p, one.Count, zero.Count);
    }

    // Welford's running mean and sum of squared deviations: no cancellation for outputs far from 0.
    private struct Moments
    {
        private double _squares;

        public int Count { get; private set; }

        public double Mean { get; private set; }

        public readonly double Variance => _squares / (Count - 1);

        public void Add(double value)
        {
            Count++;
            double before = value - Mean;
            Mean += before / Count;
            _squares += before * (value - Mean);
        }
    }
}

/// <summary>The influence of one source class.</summary>
/// <param name="Value">Change of the output; NaN when one side has no model.</param>
/// <param name="StandardError">Welch's; NaN when a side has fewer than two models.</param>
/// <param name="HalfWidth">Half of the 95 % interval.</param>
/// <param name="PValue">Two-sided.</param>
/// <param name="With">Models trained on the class.</param>
/// <param name="Without">Models trained without.</param>
internal readonly record struct ClassInfluence(
    double Value, double StandardError, double HalfWidth, double PValue, int With, int Without);
