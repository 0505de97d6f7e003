using Tessar.Examples;
using Tessar.Tasks;
using Tessar.Tests.Operators;
using static TorchSharp.torch;

namespace Tessar.Tests.Toys;

/// <summary>
/// ℓ = ½‖f − e_y‖², e_y the one-hot row of the label: a task that exists in this assembly alone. Its targets are rows of numbers,
/// it explains the distance ‖f − e_y‖, and has a measure that no other task has.
/// </summary>
[Task("toy/least-squares")]
internal sealed class LeastSquares(TaskSetup setup) : IClassTask
{
    private readonly OutputFunction _distance = new Distance();
    private readonly OutputFunction _negated = new Negated();

    public IOutputLoss Loss { get; } = new HalfSquaredError();

    public IReadOnlyList<string> Outputs { get; } = setup.Outputs ?? setup.Store!.ClassNames;

    public string AnswerWords => "[batch, labels]";

    public IReadOnlyList<Measure> Measures { get; } =
    [
        new(Measure.Loss, string.Empty, IsHigherBetter: false), new(Measure.Accuracy, string.Empty, IsHigherBetter: true),
        new("distance", "lengths", IsHigherBetter: false),
    ];

    public int SumCount => 4;

    public OutputFunction Compared => _distance;

    public long[] AnswerShape(IReadOnlyList<long> inputs) => [inputs[0], Outputs.Count];

    public void CheckTargets(ExampleSet set, ReadOnlySpan<int> indices)
    {
        foreach (int i in indices)
        {
            if (set.Label(i) is int label && (label < 0 || label >= Outputs.Count))
                throw new TessarException($"Example {set.First + i} has no row: its label is {label}.", ErrorKind.InputData);
        }
    }

    public Tensor Targets(ExampleSet set, ReadOnlySpan<int> indices) => Targets([.. indices.ToArray().Select(set.Label)]);

    public Tensor Targets(IReadOnlyList<int> labels)
    {
        using Tensor numbers = tensor(labels.Select(label => (long)label).ToArray());
        using Tensor rows = nn.functional.one_hot(numbers, Outputs.Count);
        return rows.to_type(ScalarType.Float32);
    }

    public double[] Target(ExampleSet set, int index) => Target(set.Label(index));

    public double[] Target(int label) => [.. Outputs.Select((_, c) => c == label ? 1.0 : 0)];

    public OutputFunction Output(TargetOutput output) => output == TargetOutput.Margin ? _distance : _negated;

    public void Add(ReadOnlySpan<float> answer, ReadOnlySpan<double> target, Span<double> sums)
    {
        double squares = Squares(answer, target);
        sums[0] += squares / 2;
        sums[1] += Math.Sqrt(squares);
        sums[2] += target[Predicted(answer)];
        sums[3]++;
    }

    public Measured Read(ReadOnlySpan<double> sums) => new(
        Measures, sums[3] == 0 ? [null, null, null] : [sums[0] / sums[3], sums[2] / sums[3], sums[1] / sums[3]]);

    public int Predicted(ReadOnlySpan<float> answer) => answer.IndexOf(answer.ToArray().Max());

    // What least squares estimates are the probabilities themselves, but for what lies outside of [0, 1].
    public double[] Probabilities(ReadOnlySpan<float> answer)
    {
        double[] inside = [.. answer.ToArray().Select(f => Math.Clamp(f, 1e-6, 1.0))];
        return [.. inside.Select(p => p / inside.Sum())];
    }

    private static double Squares(ReadOnlySpan<float> answer, ReadOnlySpan<double> target)
    {
        double sum = 0;
        for (int c = 0; c < answer.Length; c++)
            sum += (answer[c] - target[c]) * (answer[c] - target[c]);
        return sum;
    }

    // f = −‖d‖, d = outputs − targets: ∂f = −d/‖d‖, and ∇ℓ = ‖d‖ ∇‖d‖, so Q = ‖d‖.
    private sealed class Distance : OutputFunction
    {
        public override string Name => "negative-distance";

        public override Tensor Value(Tensor outputs, Tensor targets) => Factor(outputs, targets).neg();

        public override Tensor Direction(Tensor outputs, Tensor targets) =>
            (targets - outputs) / Factor(outputs, targets).clamp_min(1e-30).unsqueeze(1);

        public override Tensor Factor(Tensor outputs, Tensor targets) => (outputs - targets).square().sum(1).sqrt();

        public override double Value(ReadOnlySpan<float> answer, ReadOnlySpan<double> target) =>
            -Math.Sqrt(Squares(answer, target));
    }

    private sealed class Negated : OutputFunction
    {
        public override string Name => "negative-loss";

        public override Tensor Value(Tensor outputs, Tensor targets) => (outputs - targets).square().sum(1) * -0.5;

        public override Tensor Direction(Tensor outputs, Tensor targets) => targets - outputs;

        public override Tensor Factor(Tensor outputs, Tensor targets) => ones(outputs.shape[0], dtype: outputs.dtype);

        public override double Value(ReadOnlySpan<float> answer, ReadOnlySpan<double> target) => -Squares(answer, target) / 2;
    }
}
