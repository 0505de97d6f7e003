using Tessar.Named;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;

namespace Tessar.Training.Averages;

/// <summary>An average of the weights beside the training, whatever the optimiser: it is what gets measured and kept.</summary>
internal abstract class RunningAverage(TrainedParameters parameters) : IWeightAverage, IDisposable
{
    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    public static Choices<RunningAverage, WeightAverageAttribute> Choices { get; } =
        new("average of weights", typeof(RunningAverage).Assembly);

    /// <summary>All that is remembered, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>What is trained.</summary>
    protected TrainedParameters Parameters { get; } = parameters;

    /// <inheritdoc/>
    public abstract void Average(int index, Tensor trained, Tensor average);

    /// <summary>Takes in the weights after an update.</summary>
    /// <param name="update">Number of that update, from 1.</param>
    public abstract void Add(long update);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _state.Values)
            tensor.Dispose();
        _state.Clear();
    }

    /// <summary>A copy of every parameter as it is now; lives as long as this.</summary>
    protected Tensor[] Remember(string name)
    {
        using var scope = NewDisposeScope();
        var copies = new Tensor[Parameters.Items.Count];
        for (int i = 0; i < copies.Length; i++)
        {
            copies[i] = Parameters.Items[i].Value.detach().clone().DetachFromDisposeScope();
            _state.Add($"{name}/{Parameters.Items[i].Name}", copies[i]);
        }

        return copies;
    }
}
