using Tessar.Tasks;
using Tessar.Tests.Toys;

namespace Tessar.Tests.Tasks;

public sealed class TaskCatalogTests
{
    [Fact]
    public void A_task_is_found_by_its_mark_and_knows_its_name()
    {
        TaskCatalog.Add(typeof(LeastSquares).Assembly);
        TaskCatalog.Add(typeof(LeastSquares).Assembly); // again, as every command does
        Assert.Contains("classification", TaskCatalog.Names);
        Assert.Contains("toy/least-squares", TaskCatalog.Names);
        ITask task = TaskCatalog.Of("toy/least-squares", ["a", "b"]);
        Assert.IsType<LeastSquares>(task);
        Assert.Equal(("toy/least-squares", 2), (task.Name, task.Outputs.Count));
        Assert.Equal("classification", TaskCatalog.Of(null, ["a"]).Name);
    }

    [Fact]
    public void A_name_that_is_none_is_an_error_with_the_nearest()
    {
        string message = Assert.Throws<TessarException>(() => TaskCatalog.Of("clasification", ["a"])).Message;
        Assert.Contains("no task `clasification`", message, StringComparison.Ordinal);
        Assert.Contains("`classification`", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_a_task_without_classes_for_them_names_who_asked()
    {
        ITask task = new Nothing();
        string message = Assert.Throws<TessarException>(() => task.AsClasses("evaluate brittleness")).Message;
        Assert.Contains("evaluate brittleness", message, StringComparison.Ordinal);
        Assert.Contains("nothing", message, StringComparison.Ordinal);
    }

    /// <summary>Without classes, and unmarked: no catalogue finds it.</summary>
    private sealed class Nothing : ITask
    {
        public string Name => "nothing";

        public IOutputLoss Loss => throw new NotSupportedException();

        public IReadOnlyList<string> Outputs => [];

        public string AnswerWords => "[batch]";

        public IReadOnlyList<Measure> Measures => [];

        public int SumCount => 0;

        public long[] AnswerShape(IReadOnlyList<long> inputs) => [];

        public void CheckTargets(Tessar.Examples.ExampleSet set, ReadOnlySpan<int> indices)
        {
        }

        public TorchSharp.torch.Tensor Targets(Tessar.Examples.ExampleSet set, ReadOnlySpan<int> indices) =>
            throw new NotSupportedException();

        public double[] Target(Tessar.Examples.ExampleSet set, int index) => [];

        public OutputFunction Output(TargetOutput output) => throw new NotSupportedException();

        public void Add(ReadOnlySpan<float> answer, ReadOnlySpan<double> target, Span<double> sums)
        {
        }

        public Measured Read(ReadOnlySpan<double> sums) => new([], []);
    }
}
