using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>A loss ℓ(f, y) of one example's outputs f and target y, with the closed forms that curvature is built from.</summary>
/// <remarks>
/// No graph behind the outputs is needed but for <see cref="Sum"/>. Losses add up over examples: row i of every answer depends on
/// row i of the outputs and of the targets alone. Tensors belong to the current dispose scope.
/// </remarks>
internal interface IOutputLoss
{
    /// <summary>What it is called in records and messages, for example <c>cross-entropy</c>.</summary>
    string Name { get; }

    /// <summary>Whether ℓ is convex in f, so that its second derivative has no negative eigenvalue.</summary>
    bool IsConvex { get; }

    /// <summary>Σ_i ℓ(f_i, y_i), a scalar that can be differentiated in the outputs, twice.</summary>
    /// <param name="outputs">f, [B, ...].</param>
    /// <param name="targets">y, one for each example.</param>
    Tensor Sum(Tensor outputs, Tensor targets);

    /// <summary>ℓ_i, [B], which can be differentiated likewise.</summary>
    /// <inheritdoc cref="Sum"/>
    Tensor Each(Tensor outputs, Tensor targets);

    /// <summary>Σ n_i: what the mean over a batch divides its sum by. One for each example, unless a task counts
    /// otherwise.</summary>
    /// <param name="targets">y, one for each example.</param>
    double Terms(Tensor targets) => targets.shape[0];

    /// <summary>∂ℓ_i/∂f_i, of the shape of the outputs.</summary>
    /// <inheritdoc cref="Sum"/>
    Tensor Gradient(Tensor outputs, Tensor targets);

    /// <summary>B = ∂²ℓ/∂f² as a map: u ↦ B u, u and B u of the shape of the outputs. What u doesn't change is computed
    /// once.</summary>
    /// <inheritdoc cref="Sum"/>
    Func<Tensor, Tensor> SecondDerivative(Tensor outputs, Tensor targets);

    /// <summary>A column r_c of a root of B: Σ_c r_c r_cᵀ = B, as many as an example has outputs. Where ℓ is
    /// convex.</summary>
    /// <param name="outputs">f, [B, ...].</param>
    /// <param name="targets">y, one for each example.</param>
    /// <param name="column">c, from 0.</param>
    /// <returns>Of the shape of the outputs.</returns>
    Tensor Root(Tensor outputs, Tensor targets, int column);

    /// <summary>E[r rᵀ] as a map, r = ∂ℓ/∂f at a target drawn from the model: what the exact Fisher matrix has in the
    /// middle.</summary>
    /// <remarks>
    /// Equal to the second derivative, which is the default, where ℓ is the negative log-likelihood of an exponential family in
    /// its natural parameters: every task of ours. Source: Martens, arXiv:1412.1193, section 9.2.
    /// </remarks>
    /// <inheritdoc cref="Sum"/>
    Func<Tensor, Tensor> Expected(Tensor outputs, Tensor targets) => SecondDerivative(outputs, targets);

    /// <summary>Targets drawn from the distribution over y that the outputs stand for.</summary>
    /// <param name="outputs">f, [B, ...].</param>
    /// <param name="streams">One stream of random numbers for each example, so that batches don't matter.</param>
    /// <returns>Of the kind that the other members take.</returns>
    Tensor Draw(Tensor outputs, IReadOnlyList<RandomStream> streams);
}
