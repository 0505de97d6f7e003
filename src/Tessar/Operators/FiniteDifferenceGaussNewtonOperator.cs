using Tessar.Autograd;
using Tessar.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>
/// The generalized Gauss–Newton matrix with J v by central differences of the outputs: J v ≈ ‖v‖ (f(θ + εv̂) − f(θ − εv̂))/(2ε).
/// </summary>
/// <remarks>
/// For models without a second derivative, which <see cref="GaussNewtonOperator"/> takes J v from. Steps and accuracy: see
/// <see cref="MovedParameters"/>. Only J v is approximate, so the matrix is symmetric up to that. Cost of one product: three
/// forward passes of all examples and a backward one.
/// </remarks>
/// <param name="loss">The loss.</param>
internal sealed class FiniteDifferenceGaussNewtonOperator(ModelLoss loss) : LossOperator(loss)
{
    public override bool IsPositiveSemidefinite => Loss.Loss.IsConvex;

    /// <inheritdoc/>
    public override LossOperator On(ModelLoss other) => new FiniteDifferenceGaussNewtonOperator(other);

    protected override void AddBatch(LossBatch batch, Tensor[][] directions, Tensor sum)
    {
        // Before there is a graph: it would hold the parameters that are moved.
        Tensor?[] along = [.. Along(batch, directions)];
        Tensor outputs = Loss.Model.Ask(batch.Inputs);
        Func<Tensor, Tensor> middle = Loss.Loss.SecondDerivative(outputs.detach(), batch.Targets);
        for (int k = 0; k < directions.Length; k++)
        {
            if (along[k] is not { } jv || !outputs.requires_grad)
                continue;
            using DisposeScope inner = NewDisposeScope();
            using IDisposable still = no_grad();
            sum.select(1, k).add_(
                ParameterVector.Join(Gradient.OfKeepingGraph(outputs, Loss.Parameters.Tensors, middle(jv))));
        }
    }

    // J v of each direction; null for the vector zero, which has no direction.
    private List<Tensor?> Along(LossBatch batch, Tensor[][] directions)
    {
        using IDisposable still = no_grad();
        using var moved = new MovedParameters(Loss.Parameters);
        List<Tensor?> products = [];
        foreach (Tensor[] v in directions)
        {
            using Tensor all = ParameterVector.Join(v);
            double length = MovedParameters.LengthOf(all);
            products.Add(length == 0
                ? null
                : (OutputsAt(v, moved.Step / length) - OutputsAt(v, -moved.Step / length)).mul_(length / (2 * moved.Step)));
        }

        return products;

        Tensor OutputsAt(Tensor[] v, double factor)
        {
            moved.MoveTo(v, factor);
            return Loss.Model.Ask(batch.Inputs);
        }
    }
}
