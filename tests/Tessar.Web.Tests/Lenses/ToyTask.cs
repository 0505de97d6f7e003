using Tessar.Examples;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Web.Tests.Lenses;

/// <summary>
/// A task that no file of the workbench names: probabilities are in proportion to exp(f/2), and it measures warmth.
/// </summary>
[Task("toy/lukewarm")]
internal sealed class ToyTask(TaskSetup setup) : IClassTask
{
    public const string Name = "toy/lukewarm";

    public IReadOnlyList<string> Outputs { get; } = setup.Outputs ?? setup.Store!.ClassNames;

    public IReadOnlyList<Measure> Measures { get; } =
    [
        new(Measure.Loss, string.Empty, IsHigherBetter: false), new(Measure.Accuracy, string.Empty, IsHigherBetter: true),
        new("warmth", "degrees", IsHigherBetter: true),
    ];

    public string AnswerWords => "[batch, classes]";

    public int SumCount => 1;

    public IOutputLoss Loss => throw OnlyRead();

    public int Predicted(ReadOnlySpan<float> answer) => answer.IndexOf(answer.ToArray().Max());

    public double[] Probabilities(ReadOnlySpan<float> answer)
    {
        double[] weights = [.. answer.ToArray().Select(f => Math.Exp(f / 2))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    public long[] AnswerShape(IReadOnlyList<long> inputs) => [inputs[0], Outputs.Count];

    public double[] Target(int label) => [label];

    public double[] Target(ExampleSet set, int index) => [set.Label(index)];

    public Tensor Targets(IReadOnlyList<int> labels) => throw OnlyRead();

    public Tensor Targets(ExampleSet set, ReadOnlySpan<int> indices) => throw OnlyRead();

    public void CheckTargets(ExampleSet set, ReadOnlySpan<int> indices) => throw OnlyRead();

    public OutputFunction Output(TargetOutput output) => throw OnlyRead();

    public void Add(ReadOnlySpan<float> answer, ReadOnlySpan<double> target, Span<double> sums) => sums[0]++;

    public Measured Read(ReadOnlySpan<double> sums) => new(Measures, [sums[0], sums[0], sums[0]]);

    private static NotSupportedException OnlyRead() => new("The workbench reads; it computes nothing.");
}
