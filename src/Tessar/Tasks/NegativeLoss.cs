using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>
/// f = −ℓ = log p_y, the negative cross-entropy: methods whose natural output is the loss are negated, so that all agree in sign.
/// </summary>
internal sealed class NegativeLoss : OutputFunction
{
    public override string Name => "negative-loss";

    public override Tensor Value(Tensor logits, Tensor labels)
    {
        using Tensor index = labels.unsqueeze(1);
        using Tensor logProbabilities = logits.log_softmax(1);
        return logProbabilities.gather(1, index).squeeze(1);
    }

    // ∂(log p_y)/∂l = e_y − p. The entry of y is −Σ of the others: 1 − p_y itself cancels for confident examples.
    public override Tensor Direction(Tensor logits, Tensor labels)
    {
        using Tensor index = labels.unsqueeze(1);
        Tensor direction = logits.softmax(1).neg_();
        direction.scatter_(1, index, zeros_like(index, dtype: logits.dtype));
        using Tensor own = direction.sum(1, keepdim: true).neg_();
        return direction.scatter_(1, index, own);
    }

    public override Tensor Factor(Tensor logits, Tensor labels) => ones(logits.shape[0], dtype: logits.dtype);

    public override double Value(ReadOnlySpan<float> answer, ReadOnlySpan<double> target) =>
        -LogitMath.CrossEntropy(answer, (int)target[0]);
}
