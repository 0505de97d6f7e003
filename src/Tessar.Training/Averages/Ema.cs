using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;

namespace Tessar.Training.Averages;

/// <summary>Exponential moving average of the weights.</summary>
/// <remarks>
/// After update t from 1: a ← d a + (1 − d) θ with d = min(decay, (1 + t) / (10 + t)), so that a short run isn't dominated by its
/// first weights. Memory: one number per parameter. Source: Polyak and Juditsky, "Acceleration of stochastic approximation by
/// averaging", 1992, in the form most trainers use.
/// </remarks>
[WeightAverage("ema")]
[Setting("decay", 0.999, "weight d of the average so far", Below = 1)]
internal sealed class Ema : RunningAverage
{
    private readonly double _decay;
    private readonly Tensor[] _averages;

    public Ema(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        _decay = settings["decay"];
        _averages = Remember("ema");
    }

    /// <inheritdoc/>
    public override void Add(long update)
    {
        using var noGradient = no_grad();
        double weight = 1 - Math.Min(_decay, (1.0 + update) / (10 + update));
        for (int i = 0; i < _averages.Length; i++)
            _averages[i].lerp_(Parameters.Items[i].Value, weight);
    }

    /// <inheritdoc/>
    public override void Average(int index, Tensor trained, Tensor average) => average.copy_(_averages[index]);
}
