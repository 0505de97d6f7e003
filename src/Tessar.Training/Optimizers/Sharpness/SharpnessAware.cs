using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Sharpness;

/// <summary>Takes the gradient where the loss is highest nearby, so as to end where it is flat.</summary>
/// <remarks>
/// Two looks at the batch per update: g = ∇L(θ); ε = ρ T²g / (‖T g‖ + 10⁻¹²), the norm over all parameters together; g' = ∇L(θ +
/// ε); θ comes back from a copy, bit for bit, also when something fails; the base optimiser makes its update with g'. T is 1, or
/// grows with the weights (adaptive). Clipping and projection concern g'; decay isn't part of ε; where g = 0 the update is the
/// base's own. With an objective that is itself a mean of smaller batches ε is computed once, from the mean: perturbing for each
/// of them would be another method (m-SAM). Memory: one copy of the parameters besides the base's.
/// Source: Foret et al., "Sharpness-aware minimization", arXiv:2010.01412.
/// </remarks>
internal abstract class SharpnessAware : Optimizer
{
    private const double Floor = 1e-12;

    private readonly GradientOptimizer _basis;
    private readonly double _rho;

    /// <summary>Wraps an optimiser, which becomes part of this one.</summary>
    protected SharpnessAware(GradientOptimizer basis, NamedSettings settings)
        : base(basis.Parameters)
    {
        _basis = basis;
        _rho = settings["rho"];
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State => _basis.State;

    /// <inheritdoc/>
    public override IWeightAverage? AveragedWeights => _basis.AveragedWeights;

    /// <inheritdoc/>
    public override void Step(IObjective objective, double learningRate, long update)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<Tensor?> plain = objective.Gradients();
        double length = GradientNorm.Checked(Parameters, plain);
        _basis.Apply(Perturb(plain, length) is { } kept ? AtPerturbed(objective, kept) : plain, learningRate, update);
        GradientLength = _basis.GradientLength;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _basis.Dispose();
        base.Dispose();
    }

    /// <summary>T of one parameter, of its shape, in the caller's scope; null for 1.</summary>
    protected virtual Tensor? Scale(string name, Tensor parameter) => null;

    private IReadOnlyList<Tensor?> AtPerturbed(IObjective objective, Tensor[] kept)
    {
        try
        {
            return objective.Gradients();
        }
        finally
        {
            using var noGradient = no_grad();
            for (int i = 0; i < kept.Length; i++)
                Parameters.Items[i].Value.copy_(kept[i]);
        }
    }

    /// <summary>
    /// Adds ε to the parameters. Returns what they were, or null, and leaves them, when there is nowhere to go.
    /// </summary>
    private Tensor[]? Perturb(IReadOnlyList<Tensor?> gradients, double length)
    {
        using var noGradient = no_grad();
        Tensor?[] scales = [.. Parameters.Items.Select(p => Scale(p.Name, p.Value))];
        Tensor?[] scaled = [.. gradients.Select((g, i) => g is not null && scales[i] is { } t ? g * t : g)];
        double norm = Array.TrueForAll(scales, scale => scale is null) ? length : GradientNorm.Of(scaled);
        if (norm == 0 || _rho == 0)
            return null;
        Tensor[] kept = [.. Parameters.Items.Select(p => p.Value.detach().clone())];
        for (int i = 0; i < kept.Length; i++)
        {
            if (scaled[i] is { } direction)
                Parameters.Items[i].Value.add_(scales[i] is { } t ? direction * t : direction, _rho / (norm + Floor));
        }

        return kept;
    }
}
