using Tessar.Named;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>Improves the parameters, update by update.</summary>
/// <remarks>
/// A new one is one file: derive (usually from <see cref="GradientOptimizer"/>), put <see cref="OptimizerAttribute"/> and a
/// <see cref="SettingAttribute"/> for each number on it, and take (<see cref="TrainedParameters"/>, settings) in the constructor.
/// Whatever it remembers between updates goes through <see cref="Remember"/> or <see cref="RememberNumber"/>, so that it is saved
/// with checkpoints and an interrupted run goes on bit for bit.
/// </remarks>
internal abstract class Optimizer(TrainedParameters parameters) : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    public static Choices<Optimizer, OptimizerAttribute> Choices { get; } = new("optimiser", typeof(Optimizer).Assembly);

    /// <summary>The optimiser of a program, for a model; the caller disposes of it.</summary>
    public static Optimizer For(nn.Module model, TrainingProgram program) =>
        Choices.Create(program.Optimizer!, TrainedParameters.Of(model, program));

    /// <summary>What is trained.</summary>
    public TrainedParameters Parameters { get; } = parameters;

    /// <summary>All that is remembered, by name.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>Length of the last gradient, before it was clipped; NaN before the first.</summary>
    public double GradientLength { get; protected set; } = double.NaN;

    /// <summary>Something the person who trains should know, found out during the last update; usually null.</summary>
    public string? Remark { get; protected set; }

    /// <summary>The weights to measure and to keep, where they aren't those that are trained; else null.</summary>
    public virtual IWeightAverage? AveragedWeights => null;

    /// <summary>Makes one update.</summary>
    /// <param name="objective">The batch's loss.</param>
    /// <param name="learningRate">The schedule's value for this update.</param>
    /// <param name="update">Number of this update, from 1.</param>
    /// <exception cref="NumericalException">The loss or its gradient isn't finite.</exception>
    public abstract void Step(IObjective objective, double learningRate, long update);

    /// <summary>
    /// Readies <see cref="State"/> to be filled with what was saved after some updates; for states whose size depends on that.
    /// </summary>
    public virtual void ExpectState(long updates)
    {
    }

    /// <summary>Called once <see cref="State"/> is filled.</summary>
    public virtual void StateLoaded()
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        foreach (Tensor tensor in _state.Values)
            tensor.Dispose();
        _state.Clear();
    }

    /// <summary>One contiguous tensor of zeros per parameter that lives as long as the optimiser.</summary>
    /// <param name="name">What it is, such as <c>momentum</c>.</param>
    protected Tensor[] Remember(string name) =>
        [.. Parameters.Items.Select(p => Keep($"{name}/{p.Name}", zeros(p.Value.shape, p.Value.dtype, p.Value.device)))];

    /// <summary>A zero in double precision, [1], that lives as long as the optimiser.</summary>
    protected Tensor RememberNumber(string name) => Keep(name, zeros(1, float64));

    /// <summary>The decay of one parameter: all of it, or none where the program spares it.</summary>
    protected double DecayOf(int index, double decay) => Parameters.Decays(index) ? decay : 0;

    /// <summary>Puts a tensor into the state, in place of one of the same name.</summary>
    protected Tensor Keep(string name, Tensor tensor)
    {
        if (_state.Remove(name, out Tensor? before))
            before.Dispose();
        _state.Add(name, tensor.DetachFromDisposeScope());
        return tensor;
    }
}
