using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>An optimiser that needs one gradient per update, and no more than that.</summary>
/// <remarks>
/// An update refuses a gradient that isn't finite before anything is changed, projects and clips it as
/// <see cref="TrainedParameters"/> says, and leaves the given tensors as they were. A parameter without a gradient stays as it
/// is.
/// </remarks>
internal abstract class GradientOptimizer(TrainedParameters parameters) : Optimizer(parameters)
{
    /// <inheritdoc/>
    public sealed override void Step(IObjective objective, double learningRate, long update)
    {
        using var scope = NewDisposeScope();
        Apply(objective.Gradients(), learningRate, update);
    }

    /// <summary>Changes every parameter in place.</summary>
    /// <param name="gradients">One per parameter, of its shape, or null; not changed.</param>
    /// <param name="learningRate">The schedule's value for this update.</param>
    /// <param name="update">Number of this update, from 1.</param>
    /// <exception cref="NumericalException">A gradient isn't finite; nothing was changed.</exception>
    public void Apply(IReadOnlyList<Tensor?> gradients, double learningRate, long update)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Projection? projection = Parameters.Projection;
        if (projection is { OfGradient: true })
            gradients = projection.Map(gradients);
        GradientLength = GradientNorm.Checked(Parameters, gradients);
        gradients = GradientNorm.Clipped(Parameters, gradients, GradientLength);
        Tensor[]? before = projection is { OfGradient: false } ? [.. Parameters.Items.Select(p => p.Value.clone())] : null;
        BeginUpdate(learningRate, update);
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is { } gradient)
                Update(i, Parameters.Items[i].Value, gradient, learningRate, update);
        }

        if (before is not null)
            Project(projection!, before);
    }

    /// <summary>Readies what all parameters share, such as the numbers of the update.</summary>
    protected virtual void BeginUpdate(double learningRate, long update)
    {
    }

    /// <summary>Changes one parameter in place; temporary tensors are disposed of by the caller.</summary>
    protected abstract void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update);

    // θ ← θ_before + P (θ − θ_before).
    private void Project(Projection projection, Tensor[] before)
    {
        IReadOnlyList<Tensor?> kept = projection.Map([.. before.Select((b, i) => Parameters.Items[i].Value - b)]);
        for (int i = 0; i < before.Length; i++)
        {
            Parameters.Items[i].Value.copy_(before[i]);
            if (kept[i] is { } update)
                Parameters.Items[i].Value.add_(update);
        }
    }
}
