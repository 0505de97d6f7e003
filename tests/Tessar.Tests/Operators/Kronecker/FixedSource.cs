using Tessar.Autograd;
using Tessar.Operators.Kronecker;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators.Kronecker;

/// <summary>
/// Loss gradients of a model of any type on inputs in memory, with given labels, or with every label weighted by its probability.
/// </summary>
internal sealed class FixedSource : CurvatureSource
{
    private static readonly NegativeLoss _loss = new();
    private readonly Tensor _inputs;
    private readonly Tensor? _labels;
    private readonly int _classes;

    /// <summary>
    /// Takes inputs [n, ...] and labels [n], or null to enumerate: then examples are (input, label) pairs, n·classes of them.
    /// </summary>
    public FixedSource(nn.Module<Tensor, Tensor> model, Tensor inputs, int classes, Tensor? labels = null)
    {
        (_inputs, _labels, _classes) = (inputs, labels, classes);
        Gradients = new PerExampleGradients(model, inputs);
        using DisposeScope scope = NewDisposeScope();
        Blocks = CurvatureBlocks.Of(Gradients, Run(0, 1, 0));
    }

    public PerExampleGradients Gradients { get; }

    public override CurvatureBlocks Blocks { get; }

    public int Count => (int)_inputs.shape[0] * (_labels is null ? _classes : 1);

    /// <summary>How many batches were run.</summary>
    public int Runs { get; private set; }

    public override CapturedBatch Run(int first, int count, int pass)
    {
        Runs++;
        return Gradients.Capture(Inputs(first, count), logits => Direction(logits, first));
    }

    /// <summary>The gradients by one backward pass per example, [count, parameters].</summary>
    public Tensor ByLoop(int first, int count) => Gradients.OfByLoop(Inputs(first, count), logits => Direction(logits, first));

    public override void Dispose()
    {
        Gradients.Dispose();
        base.Dispose();
    }

    private Tensor Inputs(int first, int count) => _labels is null
        ? _inputs.index_select(0, tensor([.. Enumerable.Range(first, count).Select(i => (long)(i / _classes))]))
        : _inputs.narrow(0, first, count);

    private Tensor Direction(Tensor logits, int first)
    {
        if (_labels is not null)
            return _loss.Direction(logits, _labels.narrow(0, first, logits.shape[0]));
        Tensor labels = tensor([.. Enumerable.Range(first, (int)logits.shape[0]).Select(i => (long)(i % _classes))]);
        // Means over the pairs are means over the inputs of Σ_y p_y.
        Tensor weights = (logits.softmax(1).gather(1, labels.unsqueeze(1)) * _classes).sqrt();
        return _loss.Direction(logits, labels) * weights;
    }
}
