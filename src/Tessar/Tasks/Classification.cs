using System.Runtime.InteropServices;
using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>One class out of several: ℓ = −log p_y, p the softmax of the outputs, which are called logits.</summary>
/// <remarks>Targets are int64 [B], in [0, classes); explained by default is the margin log(p_y/(1 − p_y)).</remarks>
[Task(TaskCatalog.Usual)]
internal sealed class Classification : IClassTask
{
    private readonly ClassificationMargin _margin = new();
    private readonly NegativeLoss _negativeLoss = new();

    /// <summary>Makes the task.</summary>
    /// <param name="setup">The classes are the outputs.</param>
    public Classification(TaskSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        Outputs = setup.Outputs ?? setup.Store!.ClassNames;
    }

    /// <inheritdoc/>
    public IOutputLoss Loss { get; } = new SoftmaxCrossEntropy();

    /// <inheritdoc/>
    public IReadOnlyList<string> Outputs { get; }

    /// <inheritdoc/>
    public string AnswerWords => "[batch, classes]";

    /// <inheritdoc/>
    public long[] AnswerShape(IReadOnlyList<long> inputs) => [inputs[0], Outputs.Count];

    /// <inheritdoc/>
    public void CheckTargets(ExampleSet set, ReadOnlySpan<int> indices) => KnownLabels.Check(Outputs.Count, set, indices);

    /// <inheritdoc/>
    public Tensor Targets(ExampleSet set, ReadOnlySpan<int> indices)
    {
        Tensor labels = empty([indices.Length], int64);
        Span<long> numbers = MemoryMarshal.Cast<byte, long>(labels.bytes);
        for (int i = 0; i < indices.Length; i++)
            numbers[i] = set.Label(indices[i]);
        return labels;
    }

    /// <inheritdoc/>
    public Tensor Targets(IReadOnlyList<int> labels) => tensor(labels.Select(label => (long)label).ToArray());

    /// <inheritdoc/>
    public double[] Target(ExampleSet set, int index) => [set.Label(index)];

    /// <inheritdoc/>
    public double[] Target(int label) => [label];

    /// <inheritdoc/>
    public TrainingLoss Training(double labelSmoothing) => new SmoothedCrossEntropy(Loss, labelSmoothing);

    /// <inheritdoc/>
    public bool HasLabelSmoothing => true;

    /// <inheritdoc/>
    public OutputFunction Output(TargetOutput output) => output switch
    {
        TargetOutput.Margin => _margin,
        TargetOutput.NegativeLoss => _negativeLoss,
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, null),
    };

    /// <summary>The margin: the loss's own gradient underflows for examples the model is sure of.</summary>
    public OutputFunction Compared => _margin;

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
        [new(Measure.Loss, "nats", IsHigherBetter: false), new(Measure.Accuracy, string.Empty, IsHigherBetter: true)];

    /// <summary>Sum of losses, right answers, examples.</summary>
    public int SumCount => 3;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> answer, ReadOnlySpan<double> target, Span<double> sums)
    {
        int label = (int)target[0];
        sums[0] += LogitMath.CrossEntropy(answer, label);
        sums[1] += LogitMath.ArgMax(answer) == label ? 1 : 0;
        sums[2]++;
    }

    /// <inheritdoc/>
    public Measured Read(ReadOnlySpan<double> sums) =>
        new(Measures, sums[2] == 0 ? [null, null] : [sums[0] / sums[2], sums[1] / sums[2]]);

    /// <inheritdoc/>
    public int Predicted(ReadOnlySpan<float> answer) => LogitMath.ArgMax(answer);

    /// <inheritdoc/>
    public double[] Probabilities(ReadOnlySpan<float> answer) => LogitMath.Softmax(answer);
}
