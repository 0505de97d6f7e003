using Tessar.Autograd;
using Tessar.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Hessian of a mean cross-entropy: H v = (1/n) Σ_i d/dθ ⟨∇ℓ_i, v⟩.</summary>
/// <remarks>Cost of one product: about two gradients of all examples. Can have negative eigenvalues. Source: Pearlmutter 1994.</remarks>
/// <param name="loss">The loss.</param>
/// <param name="cancellation">Looked at between batches.</param>
internal sealed class HessianOperator(BatchLoss loss, CancellationToken cancellation) : LinearOperator
{
    public override long Size => loss.Size;

    public override ScalarType Type => loss.Type;

    public override bool IsSelfAdjoint => true;

    public override bool IsPositiveSemidefinite => false;

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
            (Tensor inputs, Tensor labels) = batch();
            Tensor value = nn.functional.cross_entropy(loss.Model.Ask(inputs), labels, reduction: nn.Reduction.Sum);
            Tensor[] gradients = Gradient.Of(value, loss.Parameters, differentiable: true);
            for (int k = 0; k < count; k++)
            {
                using DisposeScope inner = NewDisposeScope();
                Tensor product = gradients.Zip(directions[k], (g, v) => (g * v).sum()).Aggregate((a, b) => a + b);
                // A gradient that is constant in θ has no graph: nothing to add.
                if (product.requires_grad)
                {
                    using IDisposable noGradient = no_grad();
                    sum.select(1, k).add_(loss.Join(Gradient.OfKeepingGraph(product, loss.Parameters)));
                }
            }
        }

        using IDisposable still = no_grad();
        return sum.div_(loss.Examples);
    }
}
