using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Tests.Toys;

namespace Tessar.Tests.Methods;

/// <summary>The ranges of options hold for programs too, not only for text.</summary>
public sealed class OptionRangesTests
{
    private static readonly MethodCatalog s_catalog = new(typeof(Trak).Assembly);

    public static TheoryData<string> Names => [.. s_catalog.Methods.Select(method => method.Name)];

    [Fact]
    public void Constructor_refuses_all_that_is_out_of_range_at_once()
    {
        TessarException e = Assert.Throws<TessarException>(() => new Trak(new TrakOptions { BatchSize = 0, Damping = double.NaN, Projection = (TrakProjection)99 }));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("batch-size is `0`; allowed: 1 to 65536", e.Message, StringComparison.Ordinal);
        Assert.Contains("damping is `NaN`; allowed: 0 to 1000000000000", e.Message, StringComparison.Ordinal);
        Assert.Contains("projection is `99`; allowed: auto | none | sketch | landmarks", e.Message, StringComparison.Ordinal);
    }

    // Every number with a lower end, in every method of the catalogue: one below it.
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_method_refuses_a_number_below_its_range(string name)
    {
        MethodDescription method = s_catalog.Find(name);
        Type record = method.Type.GetConstructors().Single().GetParameters()[0].ParameterType;
        foreach (MethodOption option in method.Options.Where(option => option.Range is not null))
        {
            object options = Activator.CreateInstance(record)!;
            object minimum = option.Range!.Value.Minimum;
            option.Assign(options, minimum is int whole ? (object)(whole - 1) : (double)minimum - 1);
            Exception e = Assert.ThrowsAny<Exception>(() => Activator.CreateInstance(method.Type, options));
            Assert.Contains($"{option.Name} is `", e.InnerException!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lists_are_held_to_it_number_by_number_and_what_is_left_open_is_fine()
    {
        Assert.NotNull(OptionRanges.Check(new MeanShadeOptions()));
        Assert.NotNull(OptionRanges.Check(new MeanShadeOptions { Only = [0, 9], Ceiling = 1000 }));
        Assert.Contains("only is `3,10`", Assert.Throws<TessarException>(() => OptionRanges.Check(new MeanShadeOptions { Only = [3, 10] })).Message, StringComparison.Ordinal);
        Assert.Contains("ceiling is `0`", Assert.Throws<TessarException>(() => OptionRanges.Check(new MeanShadeOptions { Ceiling = 0 })).Message, StringComparison.Ordinal);
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
        Assert.Equal(isAllowed, catalog.Find("toy/mean-shade").Options.Single(one => one.Name == option).TryRead(text, out object? value, out string? objection));
        Assert.Equal(isAllowed, objection is null);
        if (isAllowed)
            Assert.Equal(text, MethodOption.Write(value));
    }
}
