using Tessar.Lenses.Data.Datamodels;

namespace Tessar.Tests.Data.Datamodels;

public sealed class MaskColumnsTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(131)]
    [InlineData(600)]
    public void Products_and_covariances_are_those_of_dense_columns(int rows)
    {
        MaskColumns columns = Design.Random(rows, 37, (ulong)rows);
        double[][] x = Design.Standardized(columns);
        double[] v = Design.Normals(rows, 2), products = new double[37], some = new double[2], sums = new double[37];
        columns.Products(v, products);
        columns.Products(v, [30, 4], some);
        columns.Sums(v, sums);
        for (int i = 0; i < 37; i++)
        {
            Assert.Equal(x.Select((row, r) => row[i] * v[r]).Sum() / rows, products[i], 1e-12);
            Assert.Equal(v.Where((_, r) => columns.Has(r, i)).Sum(), sums[i], 1e-12);
            Assert.Equal(x.Sum(row => row[i] * row[3]) / rows, columns.Covariance(i, 3), 1e-12);
        }

        Assert.Equal(products[30], some[0], 1e-12);
        Assert.Equal(products[4], some[1], 1e-12);
    }

    [Fact]
    public void Constant_columns_are_counted_and_take_no_part()
    {
        MaskColumns columns = Design.Of([true, true, true, true], [false, false, false, false], [true, false, true, false]);
        double[] products = new double[3];
        columns.Products([1, 2, 3, 5], products);
        Assert.Equal(2, columns.Constant);
        Assert.Equal([0, 0], products[..2]);
        Assert.Equal(0, columns.Covariance(0, 2));
        Assert.Equal(1, columns.Covariance(2, 2), 1e-15);
    }

    [Fact]
    public void Bits_beyond_the_last_row_and_wrong_lengths_are_refused()
    {
        Assert.Contains(
            "beyond row 2", Assert.Throws<ArgumentException>(() => new MaskColumns(3, 1, [8])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "expected 2 columns", Assert.Throws<ArgumentException>(() => new MaskColumns(3, 2, [1])).Message,
            StringComparison.Ordinal);
    }
}
