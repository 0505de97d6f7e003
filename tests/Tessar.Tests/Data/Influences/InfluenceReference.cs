using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Influences;

/// <summary>Influence by the definition: dense matrices in fp64 from one backward pass per example and class.</summary>
internal static class InfluenceReference
{
    public static double[,] Scores(CheckpointView checkpoint, ExampleSet train, ExampleSet targets, double relativeDamping)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = GaussNewton(checkpoint, train);
        long size = matrix.shape[0];
        Tensor damped = matrix + relativeDamping * matrix.diagonal().mean() * eye(size, dtype: ScalarType.Float64);
        Tensor losses = Reference.Losses(checkpoint, train), outputs = Reference.Margins(checkpoint, targets).Gradients;
        return (double[,])(-losses.mm(linalg.solve(damped, outputs.t())) / train.Count).data<double>().ToNDArray();
    }

    /// <summary>(1/n) Σ_i Jᵀ(diag p − p pᵀ)J, [P, P].</summary>
    public static Tensor GaussNewton(CheckpointView checkpoint, ExampleSet train)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = checkpoint.LoadModel();
        model.to(ScalarType.Float64);
        Tensor[] parameters = [.. model.parameters()];
        Tensor? sum = null;
        for (int i = 0; i < train.Count; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor logits = model.call(Batches.Inputs(train, [i], checkpoint.Input).to_type(ScalarType.Float64));
            Tensor p = logits.softmax(1).detach().squeeze(0);
            Tensor jacobian = stack([.. Enumerable.Range(0, (int)p.shape[0])
                .Select(c => cat([.. Gradient.OfKeepingGraph(logits[0, c], parameters).Select(g => g.flatten())]))]);
            Tensor part = jacobian.t().mm(diag(p) - p.outer(p)).mm(jacobian);
            sum = sum is null ? part.MoveToOuterDisposeScope() : sum.add_(part);
        }

        return sum!.div_(train.Count).MoveToOuterDisposeScope();
    }
}
