using System.Globalization;
using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Fisher matrix by draws: F = (1/(N m)) Σ_n Σ_s ∇ℓ(f(x_n), y_ns) ∇ℓ(f(x_n), y_ns)ᵀ, y_ns drawn from the
/// model.</summary>
/// <remarks>
/// A draw follows from (seed, number of the example, s) alone, so the operator is one matrix: products repeat to the bit, and
/// neither batches nor their order matter. Its mean over seeds is <see cref="FisherOperator"/>. Cost: see
/// <see cref="OutputOperator"/>.
/// </remarks>
internal sealed class MonteCarloFisherOperator : OutputOperator
{
    private readonly ulong _seed;
    private readonly int _draws;

    /// <summary>Decides the draws.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="seed">Decides the targets that are drawn.</param>
    /// <param name="draws">m, for each example, at least 1.</param>
    public MonteCarloFisherOperator(ModelLoss loss, ulong seed, int draws = 1)
        : base(loss)
    {
        if (draws < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(draws), string.Create(CultureInfo.InvariantCulture, $"draws is {draws}; required is at least 1."));
        }

        (_seed, _draws) = (seed, draws);
    }

    public override bool IsPositiveSemidefinite => true;

    /// <inheritdoc/>
    public override LossOperator On(ModelLoss other) => new MonteCarloFisherOperator(other, _seed, _draws);

    protected override Func<Tensor, Tensor> Middle(Tensor outputs, LossBatch batch)
    {
        Tensor[] gradients = [.. Enumerable.Range(0, _draws).Select(Drawn)];
        return u => gradients.Select(r => OuterProducts.Apply(r, u)).Aggregate((a, b) => a.add_(b)).div_(_draws);

        Tensor Drawn(int draw)
        {
            RandomStream[] streams = [.. batch.Numbers.Select(number => new RandomStream(_seed, "fisher draw", number, draw))];
            return Loss.Loss.Gradient(outputs, Loss.Loss.Draw(outputs, streams));
        }
    }
}
