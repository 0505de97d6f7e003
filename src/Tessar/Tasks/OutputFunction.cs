using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>
/// The scalar f of a prediction that is explained, "higher is better", and how a loss gradient follows from its gradient.
/// </summary>
/// <remarks>
/// All three are closed forms of the outputs, so no graph behind them is needed: <c>∇ℓ_i = −Q_i ∇f_i</c>, Q of either sign.
/// </remarks>
internal abstract class OutputFunction
{
    /// <summary>Identifier recorded with every store and result.</summary>
    public abstract string Name { get; }

    /// <summary>f_i, shape [B].</summary>
    /// <param name="outputs">What the model emitted, [B, ...].</param>
    /// <param name="targets">As the task gathers them, one for each example.</param>
    public abstract Tensor Value(Tensor outputs, Tensor targets);

    /// <summary>∂f_i/∂outputs, of the shape of the outputs.</summary>
    /// <param name="outputs">What the model emitted, [B, ...].</param>
    /// <param name="targets">As the task gathers them, one for each example.</param>
    public abstract Tensor Direction(Tensor outputs, Tensor targets);

    /// <summary>Q_i with ∇ℓ_i = −Q_i ∇f_i for the task's loss ℓ, shape [B].</summary>
    /// <param name="outputs">What the model emitted, [B, ...].</param>
    /// <param name="targets">As the task gathers them, one for each example.</param>
    public abstract Tensor Factor(Tensor outputs, Tensor targets);

    /// <summary>Whether ℓ = log(1 + exp(−f)), so that ∂²ℓ/∂f² = Q(1 − Q).</summary>
    public virtual bool IsLogistic => false;

    /// <summary>f of one example, in double precision and without libtorch.</summary>
    /// <param name="answer">What the model emitted.</param>
    /// <param name="target">The example's target, as plain numbers.</param>
    public abstract double Value(ReadOnlySpan<float> answer, ReadOnlySpan<double> target);
}
