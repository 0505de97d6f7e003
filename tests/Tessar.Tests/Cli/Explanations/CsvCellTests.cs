using Tessar.Cli.Explanations;

namespace Tessar.Tests.Cli.Explanations;

public sealed class CsvCellTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("=HYPERLINK(\"a\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\"")]
    [InlineData("\uff1d1", "'\uff1d1")]
    [InlineData("a=b", "a=b")]
    [InlineData("T-shirt/top", "T-shirt/top")]
    [InlineData("", "")]
    public void A_name_that_a_spreadsheet_would_run_becomes_text(string name, string cell) =>
        Assert.Equal(cell, CsvCell.Of(name, isRaw: false));

    [Theory]
    [InlineData("=1+1", "=1+1")]
    [InlineData("a,b", "\"a,b\"")]
    public void Raw_cells_are_quoted_where_the_format_asks_for_it_and_nothing_else(string name, string cell) =>
        Assert.Equal(cell, CsvCell.Of(name, isRaw: true));
}
