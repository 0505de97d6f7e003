using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Tasks;
using Tessar.Tests.Runs;
using Tessar.Tests.Toys;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Tasks;

/// <summary>What every task has to keep: closed forms against autograd in double precision, plain numbers against
/// tensors.</summary>
public sealed class TaskContractTests : IDisposable
{
    private const int Examples = 9;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly ExampleStore _store;
    private readonly ExampleSet _set;
    private readonly int[] _indices = [.. Enumerable.Range(0, Examples)];

    public TaskContractTests()
    {
        _store = ExampleStore.Open(SmallData.Write(_folder));
        _set = new ExampleSet(_store, "train", 0, Examples);
        random.manual_seed(7);
    }

    public static TheoryData<Type> Tasks => [typeof(Classification), typeof(LeastSquares)];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Losses_add_up_and_have_their_gradient_and_second_derivative(Type type)
    {
        (ITask task, Tensor f, Tensor y) = Case(type);
        Tensor each = task.Loss.Each(f, y), sum = task.Loss.Sum(f, y);
        AssertClose(sum, each.sum());
        AssertClose(sum, (task.Training(0).Mean(f, y) * task.Loss.Terms(y)));
        AssertClose(each, task.Training(0).Each(f, y));
        Assert.Equal(Examples, task.Loss.Terms(y));
        Assert.Equal(Examples, task.Terms(_set));
        Tensor gradient = Gradient.Of(sum, [f], differentiable: true)[0];
        AssertClose(gradient, task.Loss.Gradient(f.detach(), y));

        Tensor u = randn_like(f.detach());
        Tensor along = Gradient.Of((gradient * u).sum(), [f])[0], product = task.Loss.SecondDerivative(f.detach(), y)(u);
        AssertClose(along, product);
        Tensor[] columns = [.. Enumerable.Range(0, task.Outputs.Count).Select(c => task.Loss.Root(f.detach(), y, c))];
        AssertClose(product, columns.Select(r => r * (r * u).sum(1, keepdim: true)).Aggregate((a, b) => a + b));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Explained_outputs_have_their_direction_and_carry_the_gradient_of_the_loss(Type type)
    {
        (ITask task, Tensor f, Tensor y) = Case(type);
        Tensor loss = task.Loss.Gradient(f.detach(), y);
        foreach (OutputFunction output in new[]
            { task.Output(TargetOutput.Margin), task.Output(TargetOutput.NegativeLoss), task.Compared })
        {
            Tensor direction = output.Direction(f.detach(), y);
            AssertClose(Gradient.Of(output.Value(f, y).sum(), [f])[0], direction);
            AssertClose(loss, direction * output.Factor(f.detach(), y).neg().unsqueeze(1));
            if (output.IsLogistic)
                AssertClose(task.Loss.Each(f, y), (1 + output.Value(f, y).neg().exp()).log());
        }

        Assert.True(task.Compared.Factor(f.detach(), y).gt(0).all().item<bool>());
        AssertClose(task.Loss.Each(f, y), task.Output(TargetOutput.NegativeLoss).Value(f, y).neg());
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Plain_numbers_say_the_same_as_tensors(Type type)
    {
        (ITask task, Tensor f, Tensor y) = Case(type);
        Tensor single = f.detach().to_type(ScalarType.Float32);
        float[] answers = single.data<float>().ToArray();
        int size = task.Outputs.Count;
        foreach (TargetOutput kind in Enum.GetValues<TargetOutput>())
        {
            double[] values = task.Output(kind).Value(single.to_type(ScalarType.Float64), y).data<double>().ToArray();
            foreach (int i in _indices)
            {
                Assert.Equal(
                    values[i], task.Output(kind).Value(answers.AsSpan(i * size, size), task.Target(_set, i)), 1e-12);
            }
        }

        Measured measured = task.Of(answers, _set);
        Tensor mean = task.Training(0).Mean(single.to_type(ScalarType.Float64), y);
        Assert.Equal(mean.item<double>(), measured[Measure.Loss]!.Value, 1e-12);
        Assert.Equal(mean.item<double>(), task.Training(0).Value(single, y), 1e-12);
        Assert.Equal(task.Measures, measured.All.Select(one => one.Measure));
        Assert.All(task.Read(new double[task.SumCount]).All, one => Assert.Null(one.Value));
        Assert.Equal([Examples, size], task.AnswerShape([Examples, 1, 6, 6]));
        Tensor drawn = task.Loss.Draw(f.detach(), [.. _indices.Select(i => new RandomStream(1, "draw", i))]);
        Assert.Equal(y.shape, drawn.shape);
        Assert.True(double.IsFinite(task.Loss.Sum(f, drawn).item<double>()));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_class_and_an_example_of_it_have_the_same_target(Type type)
    {
        var task = (IClassTask)Case(type).Task;
        int[] labels = [.. _indices.Select(_set.Label)];
        Assert.True(task.Targets(_set, _indices).Equals(task.Targets(labels)));
        Assert.All(_indices, i => Assert.Equal(task.Target(labels[i]), task.Target(_set, i)));
        float[] answer = [0.1f, 0.7f, 0.2f];
        Assert.Equal(1, task.Predicted(answer));
        Assert.Equal(1, task.Probabilities(answer).Sum(), 1e-12);
        Assert.Equal(1, Array.IndexOf(task.Probabilities(answer), task.Probabilities(answer).Max()));
    }

    // f = (0.5, −1, 2), u = (1, 2, −1), w = (1, 2, 3), class 0.
    [Fact]
    public void Classification_has_its_published_numbers()
    {
        IOutputLoss loss = new Classification(new TaskSetup { Outputs = ["a", "b", "c"] }).Loss;
        Tensor f = tensor(new[,] { { 0.5, -1, 2 } }), u = tensor(new[,] { { 1.0, 2, -1 } }), w = tensor(new[,] { { 1.0, 2, 3 } });
        Tensor y = zeros(1, ScalarType.Int64);
        Assert.Equal(1.7413112967, loss.Each(f, y).item<double>(), 1e-10);
        Assert.Equal(1.6103066424, (w * loss.Gradient(f, y)).sum().item<double>(), 1e-10);
        Assert.Equal(-0.6361545555, (w * loss.SecondDerivative(f, y)(u)).sum().item<double>(), 1e-10);
    }

    [Fact]
    public void A_task_without_label_smoothing_refuses_it()
    {
        ITask task = new LeastSquares(new TaskSetup { Outputs = ["a", "b"] });
        Assert.False(task.HasLabelSmoothing);
        Assert.Throws<ArgumentException>(() => task.Training(0.1));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
        _scope.Dispose();
    }

    private (ITask Task, Tensor Outputs, Tensor Targets) Case(Type type)
    {
        var task = (ITask)Activator.CreateInstance(type, new TaskSetup { Store = _store })!;
        Tensor outputs = randn(Examples, task.Outputs.Count, dtype: ScalarType.Float64, requires_grad: true);
        return (task, outputs, task.Targets(_set, _indices));
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);
    }
}
