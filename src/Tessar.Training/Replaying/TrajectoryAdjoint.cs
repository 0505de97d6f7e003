using Tessar.Autograd;
using Tessar.Training.Optimizers;
using Tessar.Training.Replaying.Adjoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying;

/// <summary>Carries derivatives of outputs from the end of a training to its beginning.</summary>
/// <remarks>
/// One backward pass through ⟨g, c⟩, g = ∇_θ Σ_i u_i ℓ_i, gives both ∂⟨g, c⟩/∂θ = H c and ∂⟨g, c⟩/∂u_i = ⟨∇ℓ_i, c⟩, so examples'
/// own gradients are never formed and any model with second derivatives will do. Source: arXiv:2504.16430.
/// </remarks>
/// <param name="session">The training.</param>
/// <param name="adjoint">Its optimiser backwards.</param>
/// <param name="outputs">One adjoint per output; changed in place.</param>
internal sealed class TrajectoryAdjoint(ReplaySession session, UpdateAdjoint adjoint, IReadOnlyList<Adjoint> outputs)
{
    /// <summary>∂f_k/∂w_i so far, [n, K].</summary>
    public double[] Values { get; } = new double[(long)session.Examples * outputs.Count];

    /// <summary>Takes one update back.</summary>
    /// <param name="batch">Its batch.</param>
    /// <param name="before">The state before it.</param>
    /// <param name="after">The state after it.</param>
    /// <param name="weights">Weights of the examples; null for 1.</param>
    public void Back(ReplayedBatch batch, Tensor[] before, Tensor[] after, double[]? weights)
    {
        using DisposeScope scope = NewDisposeScope();
        session.PutState(before);
        (Tensor[] graph, Tensor shares) = GradientGraph(batch, weights);
        using IDisposable noGradient = no_grad();
        Tensor[] raw = [.. graph.Select(g => g.detach())];
        double length = GradientNorm.Of(raw);
        double? clip = session.Optimizer.Parameters.ClipNorm is { } longest && length > longest ? longest / length : null;
        var update = new AdjointUpdate(
            batch.Step + 1, session.LearningRate(batch.Step), clip is { } s ? [.. raw.Select(g => g * s)] : raw, before, after);
        Tensor[] inputs = [.. session.Parameters, shares];
        for (int k = 0; k < outputs.Count; k++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor[] along = adjoint.ThroughState(update, outputs[k]);
            Tensor[] direction = clip is { } scale ? ThroughClipping(along, raw, length, scale) : along;
            Tensor[] derivatives = Along(graph, direction, inputs);
            adjoint.ThroughWeights(update, outputs[k], along, derivatives[..^1]);
            Add(k, batch, derivatives[^1]);
        }
    }

    private (Tensor[] Gradient, Tensor Shares) GradientGraph(ReplayedBatch batch, double[]? weights)
    {
        using IDisposable mode = set_grad_enabled(true);
        Tensor shares = session.Shares(batch, weights).requires_grad_(true);
        return (Gradient.Of((session.Losses(batch) * shares).sum(), session.Parameters, differentiable: true), shares);
    }

    private static Tensor[] Along(Tensor[] graph, Tensor[] direction, Tensor[] inputs)
    {
        using IDisposable mode = set_grad_enabled(true);
        Tensor product = graph.Zip(direction, (g, c) => (g * c).sum()).Aggregate((x, y) => x + y);
        return Gradient.OfKeepingGraph(product, inputs);
    }

    // g̃ = κ g/‖g‖: c ← (κ/‖g‖)(c − g (g·c)/‖g‖²).
    private static Tensor[] ThroughClipping(Tensor[] along, Tensor[] raw, double length, double scale)
    {
        double inner = along.Zip(raw, (c, g) => (c * g).sum(ScalarType.Float64).item<double>()).Sum();
        return [.. along.Zip(raw, (c, g) => (c - g * (inner / (length * length))) * scale)];
    }

    private void Add(int k, ReplayedBatch batch, Tensor byShare)
    {
        double[] derivative = byShare.to_type(ScalarType.Float64).data<double>().ToArray();
        double terms = session.Terms(batch);
        for (int i = 0; i < derivative.Length; i++)
            Values[(long)batch.Indices[i] * outputs.Count + k] += derivative[i] / terms;
    }
}
