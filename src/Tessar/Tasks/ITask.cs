using System.Reflection;
using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>The rule that turns a model's outputs and an example's target into a loss, and the words in which an answer is
/// read.</summary>
/// <remarks>
/// A task is one file with a <see cref="TaskAttribute"/>. Trainer, replay, lenses and evaluations ask the task of the run and
/// name none. An answer is what the model emits for one example, as plain numbers in the order of memory; a target is what the
/// example asks for, as a row of a tensor (for losses) or as plain numbers (for measures).
/// </remarks>
internal interface ITask
{
    /// <summary>The name by which programs record it.</summary>
    string Name => GetType().GetCustomAttribute<TaskAttribute>()!.Name;

    /// <summary>ℓ with its derivatives in the outputs.</summary>
    IOutputLoss Loss { get; }

    /// <summary>Names of the numbers that a model emits for an example (or for each position of one), in their order.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>The shape of the answers to a batch.</summary>
    /// <param name="inputs">Shape of the inputs, [B, ...].</param>
    long[] AnswerShape(IReadOnlyList<long> inputs);

    /// <summary>That shape in words: <c>[batch, classes]</c>.</summary>
    string AnswerWords { get; }

    /// <summary>Refuses examples whose target isn't one of this task, before anything expensive starts.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them.</param>
    /// <exception cref="TessarException">A target isn't; names the first.</exception>
    void CheckTargets(ExampleSet set, ReadOnlySpan<int> indices);

    /// <summary>The targets of some examples, edits applied: what the loss and the explained outputs take.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them.</param>
    /// <returns>[indices, ...]; the caller disposes of it.</returns>
    Tensor Targets(ExampleSet set, ReadOnlySpan<int> indices);

    /// <summary>The target of one example as plain numbers, read without libtorch: what measures take.</summary>
    /// <param name="set">Where it is.</param>
    /// <param name="index">Which.</param>
    double[] Target(ExampleSet set, int index);

    /// <summary>n_i of an example: what a mean divides by.</summary>
    /// <param name="set">Where it is.</param>
    /// <param name="index">Which.</param>
    double Terms(ExampleSet set, int index) => 1;

    /// <summary>Σn_i of a set.</summary>
    double Terms(ExampleSet set) => Enumerable.Range(0, set.Count).Sum(i => Terms(set, i));

    /// <summary>What a training lowers.</summary>
    /// <param name="labelSmoothing">
    /// Share of each label that is spread over all classes, in [0, 1); 0 for every task without
    /// <see cref="HasLabelSmoothing"/>.
    /// </param>
    TrainingLoss Training(double labelSmoothing) => labelSmoothing == 0
        ? new TrainingLoss(Loss)
        : throw new ArgumentException($"The task {Name} has no label smoothing; use 0.", nameof(labelSmoothing));

    /// <summary>Whether labels can be smoothed.</summary>
    bool HasLabelSmoothing => false;

    /// <summary>The output that is explained.</summary>
    /// <param name="output">Which.</param>
    /// <exception cref="TessarException">The task has no such output.</exception>
    OutputFunction Output(TargetOutput output);

    /// <summary>
    /// An output whose gradient points against that of the loss for every example (Q above 0) and doesn't vanish where the loss
    /// does: what directions of gradients are compared by.
    /// </summary>
    OutputFunction Compared => Output(TargetOutput.NegativeLoss);

    /// <summary>How good answers are; <see cref="Measure.Loss"/> is among them in every task.</summary>
    IReadOnlyList<Measure> Measures { get; }

    /// <summary>How many sums over examples the measures are read from.</summary>
    int SumCount { get; }

    /// <summary>Adds one example to the sums.</summary>
    /// <param name="answer">What the model emitted.</param>
    /// <param name="target">From <see cref="Target"/>.</param>
    /// <param name="sums">[<see cref="SumCount"/>]; added to.</param>
    void Add(ReadOnlySpan<float> answer, ReadOnlySpan<double> target, Span<double> sums);

    /// <summary>Reads the measures.</summary>
    /// <param name="sums">[<see cref="SumCount"/>].</param>
    /// <returns>
    /// A value for each of <see cref="Measures"/>; null where the sums hold nothing, or hold too little for that measure.
    /// </returns>
    Measured Read(ReadOnlySpan<double> sums);

    /// <summary>Measures a whole set.</summary>
    /// <param name="answers">[set.Count, ...], row by row.</param>
    /// <param name="set">The examples.</param>
    Measured Of(ReadOnlySpan<float> answers, ExampleSet set)
    {
        double[] sums = new double[SumCount];
        int size = set.Count == 0 ? 0 : answers.Length / set.Count;
        for (int i = 0; i < set.Count; i++)
            Add(answers.Slice(i * size, size), Target(set, i), sums);
        return Read(sums);
    }

    /// <summary>Refuses a set that holds a target which isn't one of this task.</summary>
    /// <exception cref="TessarException">A target isn't; names the first.</exception>
    void CheckTargets(ExampleSet set) => CheckTargets(set, [.. Enumerable.Range(0, set.Count)]);

    /// <summary>This task as one of classes.</summary>
    /// <param name="asker">Who needs classes, for the message: a method or a command.</param>
    /// <exception cref="TessarException">It isn't.</exception>
    IClassTask AsClasses(string asker) => this as IClassTask ?? throw new TessarException(
        $"{asker} needs answers that are classes; the run's task is {Name}. Choose a run of another task.", ErrorKind.Usage);
}
