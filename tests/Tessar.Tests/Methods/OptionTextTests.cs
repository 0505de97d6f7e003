using Tessar.Methods;
using Tessar.Tests.Toys;

namespace Tessar.Tests.Methods;

/// <summary>Lists and values that may be left open, in programs and as text.</summary>
public sealed class OptionTextTests
{
    [Fact]
    public void Lists_are_held_to_their_range_number_by_number_and_what_is_left_open_is_fine()
    {
        Assert.NotNull(new MeanShadeOptions().Checked());
        Assert.NotNull(new MeanShadeOptions { Only = [0, 9], Ceiling = 1000 }.Checked());
        ArgumentException e = Assert.Throws<ArgumentException>(() =>
            new MeanShade(new MeanShadeOptions { Only = [3, 10], Ceiling = 0 }));
        Assert.Contains("Only is 3,10; allowed: 0 to 9.", e.Message, StringComparison.Ordinal);
        Assert.Contains("Ceiling is 0; allowed: 1 to 1000.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("only", "1,2,3", true)]
    [InlineData("only", "none", true)]
    [InlineData("only", "1,,3", false)]
    [InlineData("only", "1,x", false)]
    [InlineData("ceiling", "none", true)]
    [InlineData("ceiling", "12", true)]
    [InlineData("ceiling", "", false)]
    public void Lists_and_open_values_are_read_from_text(string option, string text, bool isAllowed)
    {
        var catalog = new MethodCatalog(typeof(ToyLens).Assembly);
        Assert.Equal(
            isAllowed,
            catalog.Find("toy/mean-shade").Options.Single(one => one.Name == option)
                .TryRead(text, out object? value, out string? objection));
        Assert.Equal(isAllowed, objection is null);
        if (isAllowed)
            Assert.Equal(text, MethodOption.Write(value));
    }

    [Fact]
    public void Option_is_typed_as_its_mark_says_whatever_the_property_is_called()
    {
        var option = new MethodOption(typeof(Painted).GetProperty(nameof(Painted.Color))!, new Painted(), () => string.Empty);
        Assert.Equal("colour", option.Name);
    }

    private sealed record Painted
    {
        [Option(Name = "colour")]
        public int Color { get; init; }
    }
}
