using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Tests.Methods;

public sealed class AttributionMatrixTests
{
    [Fact]
    public void Strongest_come_first_and_equal_ones_in_order_of_their_index()
    {
        // One target; 2 and 4 are equal, so are 0 and 3.
        AttributionMatrix matrix = Matrix([-1, 0, 5, -1, 5, 2], 6, 1);
        Assert.Equal([new(2, 5), new(4, 5), new(5, 2), new(1, 0), new(0, -1), new(3, -1)], matrix.Proponents(0, 6));
        Assert.Equal([new(0, -1), new(3, -1), new(1, 0), new(5, 2), new(2, 5), new(4, 5)], matrix.Opponents(0, 6));
        Assert.Equal([new(2, 5)], matrix.Proponents(0, 1));
        Assert.Equal([new(0, -1)], matrix.Opponents(0, 1));
    }

    // Whole numbers from −3 to 3, so that ties are common; a stable sort is the definition.
    [Fact]
    public void Strongest_are_the_head_of_a_stable_sort()
    {
        var random = new RandomStream(8, "argsort");
        float[] scores = [.. Enumerable.Range(0, 60 * 7).Select(_ => (float)(random.NextInt32(7) - 3))];
        AttributionMatrix matrix = Matrix(scores, 60, 7);
        for (int j = 0; j < 7; j++)
        {
            ScoredExample[] column = [.. Enumerable.Range(0, 60).Select(i => new ScoredExample(i, scores[i * 7 + j]))];
            foreach (int count in new[] { 1, 10, 60 })
            {
                Assert.Equal(column.OrderByDescending(x => x.Score).Take(count), matrix.Proponents(j, count));
                Assert.Equal(column.OrderBy(x => x.Score).Take(count), matrix.Opponents(j, count));
            }
        }
    }

    [Fact]
    public void Score_is_found_by_train_example_and_target()
    {
        AttributionMatrix matrix = Matrix([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal((3, 4), (matrix[0, 2], matrix[1, 0]));
        Assert.Equal([new(1, 5), new(0, 2)], matrix.Proponents(1, 2));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(int.MaxValue - 1)]
    public void More_than_there_are_gives_all(int count)
    {
        AttributionMatrix matrix = Matrix([1, 2, 3, 4, 5, 6], 6, 1);
        Assert.Equal(6, matrix.Proponents(0, count).Count);
        Assert.Equal(6, matrix.Opponents(0, count).Count);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Score_that_is_not_finite_is_refused_naming_where(float value)
    {
        NumericalException e = Assert.Throws<NumericalException>(() => Matrix([1, 2, 3, 4, value, 6], 2, 3));
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.Contains($"train example 1 on target 1 is {value}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_have_to_fit_the_scores()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Matrix([1, 2, 3], 2, 2));
        Assert.Contains("scores holds 3 numbers; expected 2·2", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Matrix([], 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Matrix([], 1, 0));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 3)]
    public void Index_outside_of_the_matrix_is_refused(int train, int target)
    {
        AttributionMatrix matrix = Matrix([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[train, target]);
        if (train == 0)
            Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Proponents(target, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Opponents(0, 0));
    }

    private static AttributionMatrix Matrix(float[] scores, int train, int targets) => new(scores, train, targets, Reports.Any);
}
