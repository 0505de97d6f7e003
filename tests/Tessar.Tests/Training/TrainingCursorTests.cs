using Tessar.Training;

namespace Tessar.Tests.Training;

public sealed class TrainingCursorTests
{
    [Fact]
    public void Cursor_comes_back_exactly()
    {
        var cursor = new TrainingCursor
        {
            Step = long.MaxValue,
            TestedAt = 7,
            Seconds = 0.1 + 0.2,
            Window = new RunningMean(1.0 / 3, 2, 3),
            Epoch = new RunningMean(double.Epsilon, 0, long.MaxValue),
        };
        Assert.Equal(cursor, TrainingCursor.Parse(cursor.ToMetadata()));
    }

    [Fact]
    public void Mean_of_batches_is_that_of_their_examples()
    {
        var mean = default(RunningMean);
        Assert.Null(mean.Loss);
        // Logits 0, 0: log 2 each, and the first class is answered.
        mean = mean.Add([0, 0, 0, 0], [0, 1]).Add([0, 0], [1]);
        Assert.Equal(Math.Log(2), mean.Loss!.Value, 1e-15);
        Assert.Equal(1.0 / 3, mean.Accuracy!.Value, 1e-15);
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
