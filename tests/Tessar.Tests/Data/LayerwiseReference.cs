using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>Layer-wise preconditioned scores of <see cref="UserModels.TinyConvolution"/> by dense fp64 inverses.</summary>
internal static class LayerwiseReference
{
    /// <summary>
    /// Entries of each layer, weight and bias together, in the order of the flat gradient, for 8×8 grey images in 3 classes.
    /// </summary>
    public static readonly int[] Layers = [30, 168, 21];

    /// <summary>
    /// Σ_l ∇f_l(q)ᵀ (mean g_l g_lᵀ + damping · mean eigenvalue · I)⁻¹ g_l(i) / n with g = Q∇f, and the same with g on both sides.
    /// </summary>
    public static (double[,] Scores, double[] Self, double[] Factors) Influence(
        CheckpointView view, ExampleSet train, ExampleSet targets, double damping, TargetOutput output)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor g = -Reference.Losses(view, train);
        Tensor f = output == TargetOutput.Margin ? Reference.Margins(view, targets).Gradients : -Reference.Losses(view, targets);
        Tensor q = output == TargetOutput.Margin
            ? Reference.Margins(view, train).Factors
            : ones(train.Count, dtype: ScalarType.Float64);
        Tensor scores = zeros(train.Count, targets.Count, dtype: ScalarType.Float64), self = zeros(
            train.Count, dtype: ScalarType.Float64);
        foreach ((int first, int count) in Parts())
        {
            Tensor gl = g.narrow(1, first, count), h = gl.t().mm(gl) / train.Count;
            Tensor inverse = linalg.inv(h + damping * h.diagonal().mean() * eye(count, dtype: ScalarType.Float64));
            scores += gl.mm(inverse).mm(f.narrow(1, first, count).t()) / train.Count;
            self += (gl.mm(inverse) * gl).sum(1) / train.Count;
        }

        return ((double[,])scores.data<double>().ToNDArray(), self.data<double>().ToArray(), q.data<double>().ToArray());
    }

    /// <summary>Q ⊙ Σ_l Φ_l (Φ_lᵀΦ_l + damping · tr/n · I)⁻¹ φ_l(q) on the margin.</summary>
    public static double[,] Trak(CheckpointView view, ExampleSet train, ExampleSet targets, double damping)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor phi, Tensor q) = Reference.Margins(view, train);
        Tensor f = Reference.Margins(view, targets).Gradients;
        Tensor scores = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        foreach ((int first, int count) in Parts())
        {
            Tensor part = phi.narrow(1, first, count), k = part.t().mm(part);
            Tensor inverse = linalg.inv(k + damping * k.diagonal().sum() / train.Count * eye(count, dtype: ScalarType.Float64));
            scores += part.mm(inverse).mm(f.narrow(1, first, count).t());
        }

        return (double[,])(scores * q.unsqueeze(1)).data<double>().ToNDArray();
    }

    private static IEnumerable<(int First, int Count)> Parts() => Layers.Select((count, l) => (Layers[..l].Sum(), count));
}
