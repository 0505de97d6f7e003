using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>
/// Adam's part that decay doesn't touch: running means of gradient and squared gradient, and the step they make.
/// </summary>
internal abstract class WithMoments : GradientOptimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;

    protected WithMoments(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        _beta1 = settings["beta1"];
        _beta2 = settings["beta2"];
        _epsilon = settings["epsilon"];
        WeightDecay = settings["weightDecay"];
        _first = Remember("first-moment");
        _second = Remember("second-moment");
    }

    /// <summary>λ, the pull towards zero.</summary>
    protected double WeightDecay { get; }

    /// <summary>m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).</summary>
    protected void Descend(int index, Tensor parameter, Tensor gradient, double learningRate, long update)
    {
        Tensor m = _first[index], v = _second[index];
        m.mul_(_beta1).add_(gradient, 1 - _beta1);
        v.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
        double firstCorrection = 1 - Math.Pow(_beta1, update), secondCorrection = 1 - Math.Pow(_beta2, update);
        Tensor divisor = v.sqrt().mul_(1 / Math.Sqrt(secondCorrection)).add_(_epsilon);
        parameter.addcdiv_(m, divisor, -learningRate / firstCorrection);
    }
}
