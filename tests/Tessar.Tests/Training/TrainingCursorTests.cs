using System.Globalization;
using Tessar.Examples;
using Tessar.Tasks;
using Tessar.Tests.Runs;
using Tessar.Training;

namespace Tessar.Tests.Training;

public sealed class TrainingCursorTests
{
    private readonly ITask _task = new Classification(new TaskSetup { Outputs = ["a", "b", "c"] });

    [Fact]
    public void Cursor_comes_back_exactly()
    {
        var cursor = new TrainingCursor
        {
            Step = long.MaxValue,
            TestedAt = 7,
            Seconds = 0.1 + 0.2,
            Window = RunningMean.Parse(_task, (1.0 / 3).ToString("R", CultureInfo.InvariantCulture) + " 2 3"),
            Epoch = RunningMean.Parse(_task, double.Epsilon.ToString("R", CultureInfo.InvariantCulture) + " 0 7"),
        };
        Assert.Equal(cursor, TrainingCursor.Parse(_task, cursor.ToMetadata()));
        Assert.NotEqual(cursor, cursor with { Window = cursor.Epoch });
        Assert.Equal("0 0 0", TrainingCursor.Start(_task).ToMetadata()["window"]);
        Assert.Throws<FormatException>(() => RunningMean.Parse(_task, "0 0"));
    }

    [Fact]
    public void Mean_of_batches_is_that_of_their_examples()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = ExampleStore.Open(SmallData.Write(folder));
        var set = ExampleSet.Parse(store, "train");
        int right = Enumerable.Range(0, set.Count).First(i => set.Label(i) == 0);
        int[] wrong = [.. Enumerable.Range(0, set.Count).Where(i => set.Label(i) != 0).Take(2)];
        var mean = RunningMean.None(_task);
        Assert.Null(mean.Read(_task)[Measure.Loss]);
        // Logits 0, 0, 0: log 3 each, and the first class is answered.
        mean = mean.Add(_task, new float[6], set, [right, wrong[0]]).Add(_task, new float[3], set, [wrong[1]]);
        Assert.Equal(Math.Log(3), mean.Read(_task)[Measure.Loss]!.Value, 1e-15);
        Assert.Equal(1.0 / 3, mean.Read(_task)[Measure.Accuracy]!.Value, 1e-15);
        Assert.Null(mean.Read(_task)["nothing-of-the-kind"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Order_of_an_epoch_is_a_permutation_of_its_own(int count)
    {
        int[] first = new int[count], again = new int[count], second = new int[count], other = new int[count];
        EpochOrder.Fill(first, 1, 0);
        EpochOrder.Fill(again, 1, 0);
        EpochOrder.Fill(second, 1, 1);
        EpochOrder.Fill(other, 2, 0);
        Assert.Equal(Enumerable.Range(0, count), first.Order());
        Assert.Equal(first, again);
        if (count > 2)
        {
            Assert.NotEqual(first, second);
            Assert.NotEqual(first, other);
        }
    }
}
