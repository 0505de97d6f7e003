using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>f = ½‖l‖², l the logits: no output anyone asks about, but its gradient makes good features.</summary>
/// <remarks>
/// ∂f/∂l = l. Labels don't matter, and Q is 1. Source: Zheng et al., "Intriguing Properties of Data Attribution on Diffusion
/// Models", arXiv:2311.00500.
/// </remarks>
internal sealed class SquaredLogits : OutputFunction
{
    public override string Name => "squared-logits";

    public override Tensor Value(Tensor logits, Tensor labels)
    {
        using Tensor squares = logits.square();
        using Tensor sum = squares.sum(1);
        return sum * 0.5;
    }

    public override Tensor Direction(Tensor logits, Tensor labels) => logits.clone();

    public override Tensor Factor(Tensor logits, Tensor labels) => ones(logits.shape[0], dtype: logits.dtype);

    public override double Value(ReadOnlySpan<float> answer, ReadOnlySpan<double> target)
    {
        double sum = 0;
        foreach (float logit in answer)
            sum += logit * (double)logit;
        return sum * 0.5;
    }
}
