using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Adam's part that decay doesn't touch: running means of gradient and squared gradient, and the step they make.</summary>
internal abstract class WithMoments : GradientOptimizer
{
    private readonly double beta1;
    private readonly double beta2;
    private readonly double epsilon;
    private readonly Tensor[] first;
    private readonly Tensor[] second;

    protected WithMoments(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        beta1 = settings["beta1"];
        beta2 = settings["beta2"];
        epsilon = settings["epsilon"];
        WeightDecay = settings["weightDecay"];
        first = Remember("first-moment");
        second = Remember("second-moment");
    }

    /// <summary>λ, the pull towards zero.</summary>
    protected double WeightDecay { get; }

    /// <summary>m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).</summary>
    protected void Descend(int index, Tensor parameter, Tensor gradient, double learningRate, long update)
    {
        Tensor m = first[index], v = second[index];
        m.mul_(beta1).add_(gradient, 1 - beta1);
        v.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        double firstCorrection = 1 - Math.Pow(beta1, update), secondCorrection = 1 - Math.Pow(beta2, update);
        Tensor divisor = v.sqrt().mul_(1 / Math.Sqrt(secondCorrection)).add_(epsilon);
        parameter.addcdiv_(m, divisor, -learningRate / firstCorrection);
    }
}
