using Tessar.Training.Averages;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>
/// Shows a model's averaged weights while it is measured and saved, and brings those in training back bit for bit.
/// </summary>
/// <remarks>
/// Without an average nothing here does anything. With one, a checkpoint's weights are the average, and what is trained goes into
/// the optimiser's state as <c>training/NAME</c>, buffers included: switching to and fro leaves no trace in the training. While
/// the average is shown a copy of the parameters is held.
/// </remarks>
internal sealed class EvaluationWeights : IDisposable
{
    private const string Prefix = "training/";

    private readonly Optimizer _optimizer;
    private readonly RunningAverage? _running;
    private readonly IWeightAverage? _average;
    private readonly (string Name, Tensor Value)[] _trained;
    private readonly Action<Module> _settle;
    private readonly Module _model;
    private Tensor[]? _kept;

    /// <summary>Readies the switch; the arguments stay the caller's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">Its optimiser.</param>
    /// <param name="running">An average beside the training, or null.</param>
    /// <param name="settle">Adjusts the model to weights that were just shown, as statistics of batch normalisation need.</param>
    public EvaluationWeights(Module model, Optimizer optimizer, RunningAverage? running, Action<Module> settle)
    {
        _model = model;
        _optimizer = optimizer;
        _running = running;
        _settle = settle;
        _average = running ?? optimizer.AveragedWeights;
        _trained = _average is null
            ? []
            : [.. optimizer.Parameters.Items, .. model.named_buffers().Select(b => (b.name, b.buffer))];
    }

    /// <summary>What is needed to go on with the training, by name: filled to restore it, saved with a checkpoint.</summary>
    public IReadOnlyDictionary<string, Tensor> State => new SortedDictionary<string, Tensor>(
        _optimizer.State
            .Concat(_running?.State ?? new Dictionary<string, Tensor>(StringComparer.Ordinal))
            .Concat(_trained.Select((t, i) =>
                new KeyValuePair<string, Tensor>(Prefix + t.Name, _kept is null ? t.Value : _kept[i])))
            .ToDictionary(StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>Puts the average into the model. Does nothing when it is there already.</summary>
    public void Show()
    {
        if (_average is null || _kept is not null)
            return;
        using (no_grad())
        using (NewDisposeScope())
        {
            _kept = [.. _trained.Select(t => t.Value.detach().clone().DetachFromDisposeScope())];
            for (int i = 0; i < _optimizer.Parameters.Items.Count; i++)
                _average.Average(i, _kept[i], _trained[i].Value);
        }

        _settle(_model);
    }

    /// <summary>Puts back what is trained. Does nothing when it is there already.</summary>
    public void Hide()
    {
        if (_kept is null)
            return;
        using (no_grad())
        {
            for (int i = 0; i < _kept.Length; i++)
                _trained[i].Value.copy_(_kept[i]);
        }

        Dispose();
    }

    /// <summary>Takes in the weights after an update.</summary>
    public void Add(long update) => _running?.Add(update);

    /// <summary>Forgets what was trained; the model stays as it is.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _kept ?? [])
            tensor.Dispose();
        _kept = null;
    }
}
