using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>What a training lowers, as a function of a batch's outputs and targets: the task's loss as it is.</summary>
/// <param name="loss">ℓ.</param>
internal class TrainingLoss(IOutputLoss loss)
{
    /// <summary>Σℓ_i / Σn_i, a scalar that can be differentiated in the outputs, twice.</summary>
    /// <param name="outputs">f, [B, ...].</param>
    /// <param name="targets">y, one for each example.</param>
    public virtual Tensor Mean(Tensor outputs, Tensor targets) => loss.Sum(outputs, targets) / loss.Terms(targets);

    /// <summary>ℓ_i, [B], which can be differentiated likewise.</summary>
    /// <inheritdoc cref="Mean"/>
    public virtual Tensor Each(Tensor outputs, Tensor targets) => loss.Each(outputs, targets);

    /// <summary>Σℓ_i / Σn_i as a number, summed in double precision, because differences between two weights are looked
    /// at.</summary>
    /// <inheritdoc cref="Mean"/>
    public virtual double Value(Tensor outputs, Tensor targets) =>
        loss.Sum(outputs.to_type(ScalarType.Float64), targets).to_type(ScalarType.Float64).item<double>() / loss.Terms(targets);
}
