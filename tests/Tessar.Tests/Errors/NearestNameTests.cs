namespace Tessar.Tests.Errors;

public sealed class NearestNameTests
{
    private static readonly string[] _commands = ["train", "attribute", "runs", "show", "data/trak", "data/grad-dot"];

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("TRAIN", "train")]
    [InlineData("atribute", "attribute")]
    [InlineData("run", "runs")]
    [InlineData("shwo", "show")]
    [InlineData("trak", "data/trak")]
    [InlineData("data/grad", "data/grad-dot")]
    [InlineData("zebra", null)]
    [InlineData("", null)]
    public void Of_finds_the_name_that_was_probably_meant(string typed, string? expected) =>
        Assert.Equal(expected, NearestName.Of(typed, _commands));

    [Fact]
    public void Hint_is_empty_when_nothing_is_close() => Assert.Equal(string.Empty, NearestName.Hint("zebra", _commands));

    [Fact]
    public void Hint_names_the_nearest() => Assert.Equal(" Did you mean `show`?", NearestName.Hint("shw", _commands));
}
