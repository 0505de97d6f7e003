using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Fisher matrix: F = (1/N) Σ_n E_y[∇ℓ(f(x_n), y) ∇ℓ(f(x_n), y)ᵀ], y drawn from the model, the expectation in closed
/// form.</summary>
/// <remarks>
/// Targets of the data don't matter. Equal to <see cref="GaussNewtonOperator"/> for losses that are negative log-likelihoods of
/// natural parameters, which is all of ours. Cost: see <see cref="OutputOperator"/>. Source: Martens, arXiv:1412.1193, section 5.
/// </remarks>
/// <param name="loss">The loss.</param>
internal sealed class FisherOperator(ModelLoss loss) : OutputOperator(loss)
{
    public override bool IsPositiveSemidefinite => true;

    /// <inheritdoc/>
    public override LossOperator On(ModelLoss other) => new FisherOperator(other);

    protected override Func<Tensor, Tensor> Middle(Tensor outputs, LossBatch batch) => Loss.Loss.Expected(outputs, batch.Targets);
}
