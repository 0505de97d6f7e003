using Tessar.Autograd;
using Tessar.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>(1/N) Σ_n J_nᵀ M_n J_n, J_n = ∂f(x_n)/∂θ, with a small symmetric matrix M_n between outputs: Gauss–Newton and Fisher
/// matrices.</summary>
/// <remarks>
/// J v is taken by differentiating g(u) = Jᵀu, which is linear in u, so no forward mode is needed. Cost of one product: about
/// three backward passes of all examples; of several at once, two for each but the first.
/// </remarks>
/// <param name="loss">The loss.</param>
internal abstract class OutputOperator(ModelLoss loss) : LossOperator(loss)
{
    /// <summary>M as a map of a batch's output directions, row by row.</summary>
    /// <param name="outputs">f, [B, ...], without a graph.</param>
    /// <param name="batch">The batch.</param>
    protected abstract Func<Tensor, Tensor> Middle(Tensor outputs, LossBatch batch);

    protected override void AddBatch(LossBatch batch, Tensor[][] directions, Tensor sum)
    {
        IReadOnlyList<Tensor> parameters = Loss.Parameters.Tensors;
        Tensor outputs = Loss.Model.Ask(batch.Inputs);
        Func<Tensor, Tensor> middle = Middle(outputs.detach(), batch);
        Tensor u = zeros_like(outputs, requires_grad: true);
        // ⟨outputs, u⟩ instead of a direction: its gradient stays linear in u.
        Tensor[] g = Gradient.Of((outputs * u).sum(), parameters, differentiable: true);
        for (int k = 0; k < directions.Length; k++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor inside = g.Zip(directions[k], (part, v) => (part * v).sum()).Aggregate((a, b) => a + b);
            // Outputs that don't depend on θ: nothing to add.
            if (!inside.requires_grad)
                continue;
            Tensor jv = Gradient.OfKeepingGraph(inside, [u])[0];
            Tensor weighted = middle(jv);
            using IDisposable noGradient = no_grad();
            sum.select(1, k).add_(ParameterVector.Join(Gradient.OfKeepingGraph(outputs, parameters, weighted)));
        }
    }
}
