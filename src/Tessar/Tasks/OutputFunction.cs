using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>
/// The scalar f of a prediction that is explained, "higher is better", and how a loss gradient follows from its gradient.
/// </summary>
/// <remarks>All three are closed forms of the logits, so no graph behind the logits is needed: <c>∇ℓ_i = −Q_i ∇f_i</c>.</remarks>
internal abstract class OutputFunction
{
    /// <summary>The output that an option names.</summary>
    public static OutputFunction For(TargetOutput output) => output switch
    {
        TargetOutput.Margin => new ClassificationMargin(),
        TargetOutput.NegativeLoss => new NegativeLoss(),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, null),
    };

    /// <summary>Identifier recorded with every store and result.</summary>
    public abstract string Name { get; }

    /// <summary>f_i, shape [B].</summary>
    /// <param name="logits">Shape [B, classes].</param>
    /// <param name="labels">Shape [B], int64, in [0, classes).</param>
    public abstract Tensor Value(Tensor logits, Tensor labels);

    /// <summary>∂f_i/∂logits, shape [B, classes].</summary>
    /// <param name="logits">Shape [B, classes].</param>
    /// <param name="labels">Shape [B], int64, in [0, classes).</param>
    public abstract Tensor Direction(Tensor logits, Tensor labels);

    /// <summary>Q_i with ∇ℓ_i = −Q_i ∇f_i for the cross-entropy ℓ, shape [B].</summary>
    /// <param name="logits">Shape [B, classes].</param>
    /// <param name="labels">Shape [B], int64, in [0, classes).</param>
    public abstract Tensor Factor(Tensor logits, Tensor labels);
}
