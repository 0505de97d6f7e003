using Tessar.Autograd;
using Tessar.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Hessian of a loss: H v = (1/N) Σ_n d/dθ ⟨∇ℓ_n, v⟩.</summary>
/// <remarks>
/// Can have negative eigenvalues. Cost of one product: about two gradients of all examples; of several at once, one less for each
/// but the first. Memory: one graph of a batch, twice differentiable. Source: Pearlmutter, "Fast exact multiplication by the
/// Hessian", 1994.
/// </remarks>
/// <example>A linear model under ½‖f − y‖² has H = XᵀX/N.</example>
/// <param name="loss">The loss.</param>
internal sealed class HessianOperator(ModelLoss loss) : LossOperator(loss)
{
    public override bool IsPositiveSemidefinite => false;

    /// <inheritdoc/>
    public override LossOperator On(ModelLoss other) => new HessianOperator(other);

    protected override void AddBatch(LossBatch batch, Tensor[][] directions, Tensor sum)
    {
        IReadOnlyList<Tensor> parameters = Loss.Parameters.Tensors;
        Tensor value = Loss.Loss.Sum(Loss.Model.Ask(batch.Inputs), batch.Targets);
        Tensor[] gradients = Gradient.Of(value, parameters, differentiable: true);
        for (int k = 0; k < directions.Length; k++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor product = gradients.Zip(directions[k], (g, v) => (g * v).sum()).Aggregate((a, b) => a + b);
            // A gradient that is constant in θ has no graph: nothing to add.
            if (!product.requires_grad)
                continue;
            using IDisposable noGradient = no_grad();
            sum.select(1, k).add_(ParameterVector.Join(Second(product, parameters)));
        }
    }

    private static Tensor[] Second(Tensor product, IReadOnlyList<Tensor> parameters)
    {
        try
        {
            return Gradient.OfKeepingGraph(product, parameters);
        }
        catch (GradientException e)
        {
            throw new GradientException(
                $"The model has no second derivative: {e.Message} {nameof(FiniteDifferenceHessianOperator)} needs only the "
                + $"first one.", e);
        }
    }
}
