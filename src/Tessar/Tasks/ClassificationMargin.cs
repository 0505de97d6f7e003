using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>The margin f = log(p_y / (1 − p_y)) = l_y − logsumexp_{c≠y} l_c.</summary>
/// <remarks>
/// Computed by masking the logit of y, never as log p − log(1 − p), which is infinite once p rounds to 1. Likewise
/// Q = 1 − p_y is taken as sigmoid(−f): at logits (27.6, 0, −40) the difference 1 − p is 0 in fp32, the sigmoid exact.
/// Source: arXiv:2303.14186, section 3.
/// </remarks>
internal sealed class ClassificationMargin : OutputFunction
{
    public override string Name => "margin";

    public override bool IsLogistic => true;

    public override Tensor Value(Tensor logits, Tensor labels)
    {
        using Tensor index = labels.unsqueeze(1);
        using Tensor own = logits.gather(1, index).squeeze(1);
        using Tensor others = Others(logits, index);
        using Tensor logSum = others.logsumexp(1);
        return own - logSum;
    }

    // ∂f/∂l = e_y − q with q the softmax over the classes other than y.
    public override Tensor Direction(Tensor logits, Tensor labels)
    {
        using Tensor index = labels.unsqueeze(1);
        using Tensor others = Others(logits, index);
        return others.softmax(1).neg_().scatter_(1, index, ones_like(index, dtype: logits.dtype));
    }

    public override Tensor Factor(Tensor logits, Tensor labels)
    {
        using Tensor value = Value(logits, labels);
        return value.neg_().sigmoid();
    }

    public override double Value(ReadOnlySpan<float> answer, ReadOnlySpan<double> target) =>
        LogitMath.Margin(answer, (int)target[0]);

    private static Tensor Others(Tensor logits, Tensor index)
    {
        if (logits.shape[1] < 2)
            throw new TessarException("The margin needs at least two classes; the model emits one logit.", ErrorKind.InputData);
        using Tensor masked = full(index.shape, double.NegativeInfinity, dtype: logits.dtype);
        return logits.scatter(1, index, masked);
    }
}
