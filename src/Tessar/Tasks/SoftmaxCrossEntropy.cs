using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>ℓ = −log p_y with p = softmax(f): the loss of one class out of several.</summary>
/// <remarks>∂ℓ/∂f = p − e_y, B = diag(p) − p pᵀ. Outputs are logits [B, classes], targets int64 [B] in [0, classes).</remarks>
/// <example>At f = 0, B is (I − 11ᵀ/C)/C.</example>
internal sealed class SoftmaxCrossEntropy : IOutputLoss
{
    private static readonly NegativeLoss _negative = new();

    /// <inheritdoc/>
    public string Name => "cross-entropy";

    /// <inheritdoc/>
    public bool IsConvex => true;

    /// <summary>The class whose interval of the cumulated probabilities a uniform number falls into.</summary>
    /// <param name="logits">[B, classes].</param>
    /// <param name="uniforms">B numbers in [0, 1).</param>
    /// <returns>[B], int64, in the current dispose scope.</returns>
    public static Tensor ClassAt(Tensor logits, double[] uniforms)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor cumulated = logits.to_type(ScalarType.Float64).softmax(1).cumsum(1);
        // Rounding may leave the last sum a little below 1.
        Tensor below = cumulated.le(tensor(uniforms).unsqueeze(1)).sum(1).clamp(max: logits.shape[1] - 1);
        return below.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Sum(Tensor outputs, Tensor targets) =>
        nn.functional.cross_entropy(outputs, targets, reduction: nn.Reduction.Sum);

    /// <inheritdoc/>
    public Tensor Each(Tensor outputs, Tensor targets) =>
        nn.functional.cross_entropy(outputs, targets, reduction: nn.Reduction.None);

    /// <inheritdoc/>
    public Tensor Gradient(Tensor outputs, Tensor targets) => _negative.Direction(outputs, targets).neg_();

    /// <inheritdoc/>
    public Func<Tensor, Tensor> SecondDerivative(Tensor outputs, Tensor targets)
    {
        Tensor p = outputs.softmax(1);
        return u =>
        {
            Tensor weighted = p * u;
            return weighted - p * weighted.sum(1, keepdim: true);
        };
    }

    /// <summary>√p_c ∇ log p_c = √p_c (e_c − p).</summary>
    /// <inheritdoc/>
    public Tensor Root(Tensor outputs, Tensor targets, int column)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p = outputs.softmax(1);
        Tensor own = p.narrow(1, column, 1);
        // The entry of c is 1 − p_c, as the sum of the others: the difference cancels for confident examples.
        Tensor direction = p.neg();
        direction.narrow(1, column, 1).zero_();
        direction.narrow(1, column, 1).copy_(direction.sum(1, keepdim: true).neg());
        return (direction * own.sqrt()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Draw(Tensor outputs, IReadOnlyList<RandomStream> streams) =>
        ClassAt(outputs, [.. streams.Select(stream => stream.NextDouble())]);
}
