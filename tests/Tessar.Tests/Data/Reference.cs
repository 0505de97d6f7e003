using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>
/// Attribution by the definition: one backward pass per example, dense matrices, fp64. Shares nothing with the methods.
/// </summary>
internal static class Reference
{
    public static double[,] Trak(RunView run, ExampleSet train, ExampleSet targets, double relativeDamping)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor kernel = zeros(train.Count, targets.Count, dtype: ScalarType.Float64), factor = zeros(
            train.Count, dtype: ScalarType.Float64);
        foreach (CheckpointView checkpoint in run.Checkpoints)
        {
            (Tensor phi, Tensor q) = Margins(checkpoint, train);
            Tensor target = Margins(checkpoint, targets).Gradients;
            Tensor gram = phi.mm(phi.t());
            double lambda = relativeDamping * gram.diagonal().sum().item<double>() / train.Count;
            // (ΦᵀΦ + λI)⁻¹ by Woodbury: Φ(ΦᵀΦ + λI)⁻¹φ = Φφ/λ − ΦΦᵀ(λI + ΦΦᵀ)⁻¹Φφ/λ.
            Tensor cross = phi.mm(target.t());
            kernel +=
                (cross - gram.mm(linalg.solve(gram + lambda * eye(train.Count, dtype: ScalarType.Float64), cross))) / lambda;
            factor += q;
        }

        int count = run.Checkpoints.Count;
        return (double[,])(kernel / count * (factor / count).unsqueeze(1)).data<double>().ToNDArray();
    }

    public static double[,] GradDot(CheckpointView checkpoint, ExampleSet train, ExampleSet targets)
    {
        using DisposeScope scope = NewDisposeScope();
        return (double[,])Losses(checkpoint, train).mm(Losses(checkpoint, targets).t()).data<double>().ToNDArray();
    }

    /// <summary>∇f of the margin, [n, p], and Q = 1 − p, [n].</summary>
    public static (Tensor Gradients, Tensor Factors) Margins(CheckpointView checkpoint, ExampleSet set)
    {
        (Tensor gradients, Tensor logits) = Loop(checkpoint, set, (l, y) => l[0, y] - LogSumOthers(l, y));
        Tensor labels = Batches.Labels(set, [.. Enumerable.Range(0, set.Count)]);
        return (gradients, 1 - logits.softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1));
    }

    /// <summary>∇ℓ of the cross-entropy, [n, p].</summary>
    public static Tensor Losses(CheckpointView checkpoint, ExampleSet set) =>
        Loop(checkpoint, set, (l, y) => -l.log_softmax(1)[0, y]).Gradients;

    /// <summary>∇½‖l‖² of the logits l, [n, p].</summary>
    public static Tensor SquaredLogits(CheckpointView checkpoint, ExampleSet set) =>
        Loop(checkpoint, set, (l, _) => 0.5 * l[0].square().sum()).Gradients;

    private static Tensor LogSumOthers(Tensor logits, int label)
    {
        long[] others = [.. Enumerable.Range(0, (int)logits.shape[1]).Where(c => c != label).Select(c => (long)c)];
        return logits[0].index_select(0, tensor(others)).logsumexp(0);
    }

    private static (Tensor Gradients, Tensor Logits) Loop(
        CheckpointView checkpoint, ExampleSet set, Func<Tensor, int, Tensor> output)
    {
        using nn.Module<Tensor, Tensor> model = checkpoint.LoadModel();
        model.to(ScalarType.Float64);
        Tensor[] parameters = [.. model.parameters()];
        List<Tensor> gradients = [], logits = [];
        for (int i = 0; i < set.Count; i++)
        {
            Tensor l = model.call(Batches.Inputs(set, [i], checkpoint.Input).to_type(ScalarType.Float64));
            logits.Add(l.detach());
            gradients.Add(cat([.. Gradient.Of(output(l, set.Label(i)), parameters).Select(g => g.flatten())]));
        }

        return (stack(gradients), cat(logits));
    }
}
