using System.Numerics;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Training without a schedule: an average takes the place of the falling learning rate, at no cost in memory.</summary>
/// <remarks>
/// Three sequences: z takes the steps, x is their average and what is measured and kept, y = (1 − β) z + β x is where gradients
/// are taken. At update t from 1, with warm-up W: γ = η min(1, t/W); w = tʳ (max γ)ᵖ; c = w / Σw; z ← z − γu; x ← (1 − c) x + c
/// z. The parameters hold y; z is remembered; x follows from both, so β has to be above 0.
/// Source: Defazio et al., "The road less scheduled", arXiv:2405.15682.
/// </remarks>
internal abstract class ScheduleFreeOptimizer : GradientOptimizer, IWeightAverage
{
    private readonly double _warmupSteps;
    private readonly double _averagePower;
    private readonly double _ratePower;
    private readonly double _weightDecay;
    private readonly Tensor[] _z;
    private readonly Tensor _weightSum;
    private readonly Tensor _highestRate;
    private ScheduleFreeStep _step;

    protected ScheduleFreeOptimizer(TrainedParameters parameters, NamedSettings settings, double momentum)
        : base(parameters)
    {
        PlainNumbers.Require(parameters, settings.Name);
        if (parameters.Projection is { OfGradient: false })
        {
            throw new ArgumentException(
                $"{settings.Name} moves three sequences at once, so its update can't be projected. Project the gradient.",
                nameof(parameters));
        }

        Momentum = momentum;
        _warmupSteps = settings.Values.GetValueOrDefault("warmupSteps");
        _averagePower = settings.Values.GetValueOrDefault("averagePower");
        _ratePower = settings.Values.GetValueOrDefault("ratePower", 2);
        _weightDecay = settings["weightDecay"];
        _z = Remember("z");
        _weightSum = RememberNumber("weight-sum");
        _highestRate = RememberNumber("highest-rate");
        using var noGradient = no_grad();
        for (int i = 0; i < _z.Length; i++)
            _z[i].copy_(parameters.Items[i].Value);
    }

    /// <inheritdoc/>
    public sealed override IWeightAverage? AveragedWeights => this;

    /// <summary>β, the share of x in y.</summary>
    protected double Momentum { get; }

    /// <inheritdoc/>
    public void Average(int index, Tensor trained, Tensor average)
    {
        if (trained.dtype == ScalarType.Float32)
            Average<float>(trained, _z[index], average);
        else
            Average<double>(trained, _z[index], average);
    }

    /// <summary>What the learning rate is multiplied by besides the warm-up.</summary>
    protected virtual double RateFactor(long update) => 1;

    /// <summary>c, the share of the new z in the average.</summary>
    /// <param name="rate">γ.</param>
    /// <param name="highest">The highest γ so far.</param>
    /// <param name="sum">Σw; to be added to.</param>
    /// <param name="update">t.</param>
    protected virtual double Weight(double rate, double highest, ref double sum, long update)
    {
        double weight = Math.Pow(update, _averagePower) * Math.Pow(highest, _ratePower);
        sum += weight;
        return sum > 0 ? weight / sum : 0;
    }

    /// <summary>Adds what the variant needs to the numbers of an update.</summary>
    protected virtual ScheduleFreeStep Complete(ScheduleFreeStep numbers, long update) => numbers;

    /// <summary>The running mean of squares of a parameter, or null.</summary>
    protected virtual Tensor? Squares(int index) => null;

    /// <summary>The running mean of gradients of a parameter, or null.</summary>
    protected virtual Tensor? Gradients(int index) => null;

    /// <inheritdoc/>
    protected sealed override void BeginUpdate(double learningRate, long update)
    {
        double rate = learningRate * (update < _warmupSteps ? update / _warmupSteps : 1) * RateFactor(update);
        double highest = Math.Max(_highestRate.item<double>(), rate), sum = _weightSum.item<double>();
        double weight = Weight(rate, highest, ref sum, update);
        _highestRate.fill_(highest);
        _weightSum.fill_(sum);
        _step = Complete(new ScheduleFreeStep(rate, weight, Momentum, Decay: 0), update);
    }

    /// <inheritdoc/>
    protected sealed override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update)
    {
        if (parameter.dtype == ScalarType.Float32)
            Update<float>(index, parameter, gradient);
        else
            Update<double>(index, parameter, gradient);
    }

    private void Update<T>(int index, Tensor parameter, Tensor gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var y = new PlainNumbers<T>(parameter);
        using var g = new PlainNumbers<T>(gradient, writes: false);
        ScheduleFreeKernel.Update(
            y.Span, Span<T>(_z[index]), g.Span, Span<T>(Squares(index)), Span<T>(Gradients(index)),
            _step with { Decay = DecayOf(index, _weightDecay) });
    }

    private void Average<T>(Tensor trained, Tensor sequence, Tensor average)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var y = new PlainNumbers<T>(trained, writes: false);
        using var x = new PlainNumbers<T>(average);
        ScheduleFreeKernel.Average(y.Span, Span<T>(sequence), x.Span, Momentum);
    }

    private static Span<T> Span<T>(Tensor? state)
        where T : unmanaged =>
        state is null ? [] : System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(state.bytes);
}
