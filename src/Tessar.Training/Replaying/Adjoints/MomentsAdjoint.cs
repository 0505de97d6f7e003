using Tessar.Runs;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying.Adjoints;

/// <summary>Adam and AdamW backwards.</summary>
/// <remarks>
/// m' = β₁m + (1 − β₁)g, s' = β₂s + (1 − β₂)g², m̂ = m'/(1 − β₁ᵗ), r = √(s'/(1 − β₂ᵗ)), D = r + ε, θ' = (1 − ηω)θ − ηm̂/D. With
/// incoming (a, u, e): u ← u − ηa/(D(1 − β₁ᵗ)); e ← e + ηa m̂/(2rD²(1 − β₂ᵗ)); c = (1 − β₁)u + 2(1 − β₂)g⊙e; a ← (1 − ηω)a + H c;
/// u ← β₁u; e ← β₂e. Adam adds ωθ to g instead: a ← a + H c + ωc, and the g in c is the sum. Where s' is 0 no gradient ever came,
/// so that root has no part in the output: its term is 0. A gradient that is tiny and not zero makes e huge, which is the
/// optimiser's own sensitivity. Checked against finite differences of whole trainings in fp64. Source of the method:
/// arXiv:2504.16430.
/// </remarks>
internal sealed class MomentsAdjoint(TrainedParameters parameters, NamedSettings optimizer, bool isDecoupled) : UpdateAdjoint
{
    private readonly double _beta1 = optimizer["beta1"];
    private readonly double _beta2 = optimizer["beta2"];
    private readonly double _epsilon = optimizer["epsilon"];
    private readonly double[] _decay = [.. parameters.Items.Select((_, i) =>
        parameters.Decays(i) ? optimizer["weightDecay"] : 0)];
    private readonly (int First, int Second)[] _places = Places(parameters);

    public override int Remembered => 2;

    public override Tensor[] ThroughState(AdjointUpdate update, Adjoint adjoint)
    {
        double first = 1 - Math.Pow(_beta1, update.Number), second = 1 - Math.Pow(_beta2, update.Number);
        var along = new Tensor[adjoint.Weights.Length];
        for (int i = 0; i < along.Length; i++)
        {
            Tensor a = adjoint.Weights[i], u = adjoint.Remembered[0][i], e = adjoint.Remembered[1][i];
            Tensor mean = update.After[_places[i].First] / first;
            Tensor root = (update.After[_places[i].Second] / second).sqrt();
            Tensor divisor = root + _epsilon;
            u.add_(a / divisor, -update.LearningRate / first);
            Tensor slope = a * mean / (root * divisor * divisor);
            e.add_(where(root.gt(0), slope, zeros_like(slope)), update.LearningRate / (2 * second));
            Tensor g = isDecoupled ? update.Gradient[i] : update.Gradient[i].add(update.Before[i], _decay[i]);
            along[i] = (u * (1 - _beta1)).add_(g * e, 2 * (1 - _beta2));
        }

        return along;
    }

    public override void ThroughWeights(AdjointUpdate update, Adjoint adjoint, Tensor[] alongGradient, Tensor[] curved)
    {
        for (int i = 0; i < adjoint.Weights.Length; i++)
        {
            Tensor a = adjoint.Weights[i];
            if (isDecoupled)
                a.mul_(1 - update.LearningRate * _decay[i]).add_(curved[i]);
            else
                a.add_(curved[i]).add_(alongGradient[i], _decay[i]);
            adjoint.Remembered[0][i].mul_(_beta1);
            adjoint.Remembered[1][i].mul_(_beta2);
        }
    }

    // States lie behind the parameters in the order of their names, `first-moment/NAME` and `second-moment/NAME`.
    private static (int First, int Second)[] Places(TrainedParameters parameters)
    {
        string[] names = [.. parameters.Items.SelectMany(p => new[] { $"first-moment/{p.Name}", $"second-moment/{p.Name}" })
            .Order(StringComparer.Ordinal)];
        return [.. parameters.Items.Select(p => (
            parameters.Items.Count + Array.IndexOf(names, $"first-moment/{p.Name}"),
            parameters.Items.Count + Array.IndexOf(names, $"second-moment/{p.Name}")))];
    }
}
