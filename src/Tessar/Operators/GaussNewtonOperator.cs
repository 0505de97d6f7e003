using Tessar.Autograd;
using Tessar.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Gauss–Newton matrix of a mean cross-entropy: G v = (1/n) Σ_i J_iᵀ (diag(p_i) − p_i p_iᵀ) J_i v, J = ∂logits/∂θ.</summary>
/// <remarks>
/// Positive semidefinite, and equal to the Hessian for models that are linear in their parameters. J v is taken by differentiating
/// g(u) = Jᵀu, which is linear in u. Cost of one product: about two gradients of all examples. Source: Schraudolph 2002.
/// </remarks>
/// <param name="loss">The loss.</param>
/// <param name="cancellation">Looked at between batches.</param>
internal sealed class GaussNewtonOperator(BatchLoss loss, CancellationToken cancellation) : LinearOperator
{
    public override long Size => loss.Size;

    public override ScalarType Type => loss.Type;

    public override bool IsSelfAdjoint => true;

    public override bool IsPositiveSemidefinite => true;

    protected override Tensor ApplyToColumns(Tensor columns)
    {
        Tensor sum = zeros_like(columns);
        int count = (int)columns.shape[1];
        Tensor[][] directions = [.. Enumerable.Range(0, count).Select(k => loss.Split(columns.select(1, k).contiguous()))];
        using IDisposable mode = set_grad_enabled(true);
        foreach (Func<(Tensor, Tensor)> batch in loss.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, _) = batch();
            Tensor logits = loss.Model.Ask(inputs);
            Tensor p = logits.detach().softmax(1);
            Tensor u = zeros_like(logits, requires_grad: true);
            // ⟨logits, u⟩ instead of a direction: its gradient stays linear in u.
            Tensor[] g = Gradient.Of((logits * u).sum(), loss.Parameters, differentiable: true);
            for (int k = 0; k < count; k++)
            {
                using DisposeScope inner = NewDisposeScope();
                Tensor inside = g.Zip(directions[k], (part, v) => (part * v).sum()).Aggregate((a, b) => a + b);
                Tensor jv = Gradient.OfKeepingGraph(inside, [u])[0];
                Tensor weighted = p * jv;
                weighted = weighted - p * weighted.sum(1, keepdim: true);
                using IDisposable noGradient = no_grad();
                sum.select(1, k).add_(loss.Join(Gradient.OfKeepingGraph(logits, loss.Parameters, weighted)));
            }
        }

        using IDisposable still = no_grad();
        return sum.div_(loss.Examples);
    }
}
