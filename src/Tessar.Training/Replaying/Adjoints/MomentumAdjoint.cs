using Tessar.Runs;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying.Adjoints;

/// <summary>v' = μv + g + ωθ, θ' = θ − ηv' backwards: c ← c − ηa; a ← a + H c + ωc; c ← μc.</summary>
/// <remarks>Checked against finite differences of whole trainings in fp64. Source of the method: arXiv:2504.16430.</remarks>
internal sealed class MomentumAdjoint(TrainedParameters parameters, NamedSettings optimizer) : UpdateAdjoint
{
    private readonly double _momentum = optimizer["momentum"];
    private readonly double[] _decay = [.. parameters.Items.Select((_, i) =>
        parameters.Decays(i) ? optimizer["weightDecay"] : 0)];

    public override int Remembered => 1;

    public override Tensor[] ThroughState(AdjointUpdate update, Adjoint adjoint)
    {
        for (int i = 0; i < adjoint.Weights.Length; i++)
            adjoint.Remembered[0][i].add_(adjoint.Weights[i], -update.LearningRate);
        return [.. adjoint.Remembered[0].Select(c => c.clone())];
    }

    public override void ThroughWeights(AdjointUpdate update, Adjoint adjoint, Tensor[] alongGradient, Tensor[] curved)
    {
        for (int i = 0; i < adjoint.Weights.Length; i++)
        {
            adjoint.Weights[i].add_(curved[i]).add_(alongGradient[i], _decay[i]);
            adjoint.Remembered[0][i].mul_(_momentum);
        }
    }
}
