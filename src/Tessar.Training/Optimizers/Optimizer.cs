using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>Turns gradients into updates of the parameters.</summary>
/// <remarks>
/// A new one is one file: derive, put <see cref="OptimizerAttribute"/> and a <see cref="SettingAttribute"/> for each number on it,
/// and take (parameters by name, settings) in the constructor. Whatever it remembers between updates goes through
/// <see cref="Remember"/>, so that it is saved with checkpoints and an interrupted run goes on bit for bit.
/// </remarks>
internal abstract class Optimizer : IDisposable
{
    private readonly SortedDictionary<string, Tensor> state = new(StringComparer.Ordinal);

    protected Optimizer(IReadOnlyList<(string Name, Tensor Value)> parameters) => Parameters = parameters;

    public static Choices<Optimizer, OptimizerAttribute> Choices { get; } = new("optimiser");

    /// <summary>What is trained.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>All that is remembered, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => state;

    /// <summary>Changes every parameter in place.</summary>
    /// <param name="gradients">One per parameter, of its shape; may be overwritten.</param>
    /// <param name="learningRate">The schedule's value for this update.</param>
    /// <param name="update">Number of this update, from 1.</param>
    public void Step(IReadOnlyList<Tensor> gradients, double learningRate, long update)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        for (int i = 0; i < Parameters.Count; i++)
            Update(i, Parameters[i].Value, gradients[i], learningRate, update);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in state.Values)
            tensor.Dispose();
        state.Clear();
    }

    /// <summary>Changes one parameter in place; temporary tensors are disposed of by the caller.</summary>
    protected abstract void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update);

    /// <summary>One tensor of zeros per parameter that lives as long as the optimiser.</summary>
    /// <param name="name">What it is, such as <c>momentum</c>.</param>
    protected Tensor[] Remember(string name)
    {
        var tensors = new Tensor[Parameters.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = zeros_like(Parameters[i].Value, requires_grad: false).DetachFromDisposeScope();
            state.Add($"{name}/{Parameters[i].Name}", tensors[i]);
        }

        return tensors;
    }
}
