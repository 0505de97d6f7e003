using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The empirical Fisher matrix, the uncentered covariance of gradients: E = (1/N) Σ_n ∇ℓ_n ∇ℓ_nᵀ at the targets of the
/// data.</summary>
/// <remarks>
/// No per-example gradients are formed: ∇ℓ_n = J_nᵀ r_n with r = ∂ℓ/∂f, so M_n = r rᵀ. No curvature away from a good fit: it
/// vanishes where the model interpolates. Cost: see <see cref="OutputOperator"/>. Source: Kunstner et al., arXiv:1905.12558.
/// </remarks>
/// <param name="loss">The loss.</param>
internal sealed class EmpiricalFisherOperator(ModelLoss loss) : OutputOperator(loss)
{
    public override bool IsPositiveSemidefinite => true;

    /// <inheritdoc/>
    public override LossOperator On(ModelLoss other) => new EmpiricalFisherOperator(other);

    protected override Func<Tensor, Tensor> Middle(Tensor outputs, LossBatch batch)
    {
        Tensor r = Loss.Loss.Gradient(outputs, batch.Targets);
        return u => OuterProducts.Apply(r, u);
    }
}
