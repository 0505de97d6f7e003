using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The generalized Gauss–Newton matrix of a loss: G v = (1/N) Σ_n J_nᵀ B_n J_n v, J = ∂f/∂θ, B = ∂²ℓ/∂f².</summary>
/// <remarks>
/// The Hessian of the loss if outputs were linear in θ, and equal to it where they are. Positive semidefinite when ℓ is convex in
/// the outputs. Cost: see <see cref="OutputOperator"/>. Source: Schraudolph, "Fast curvature matrix-vector products", 2002.
/// </remarks>
/// <example>Softmax regression at zero weights, C classes: (I − 11ᵀ/C)/C ⊗ XᵀX/N.</example>
/// <param name="loss">The loss.</param>
internal sealed class GaussNewtonOperator(ModelLoss loss) : OutputOperator(loss)
{
    public override bool IsPositiveSemidefinite => Loss.Loss.IsConvex;

    /// <inheritdoc/>
    public override LossOperator On(ModelLoss other) => new GaussNewtonOperator(other);

    protected override Func<Tensor, Tensor> Middle(Tensor outputs, LossBatch batch) =>
        Loss.Loss.SecondDerivative(outputs, batch.Targets);
}
