using Tessar.Cli.Parsing;

namespace Tessar.Tests.Cli.Parsing;

public sealed class SettingTests
{
    private static readonly Setting<int> _epochs = Setting.Int32("train.epochs", "--epochs", "N", "Passes", 5, 1, 10_000);

    [Fact]
    public void Key_gives_the_environment_variable() => Assert.Equal(
        "TESSAR_TRAIN__OPTIMIZER__LEARNING_RATE",
        Setting.Number("train.optimizer.learning-rate", "--lr", "X", "Rate", 0.1, 0, 1).EnvironmentVariable);

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("five")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("")]
    public void Wrong_value_names_its_source_and_the_range(string text)
    {
        var error = Assert.Throws<TessarException>(() => _epochs.Read(text, "`--epochs`"));
        Assert.Equal($"`--epochs` is `{text}`; required is a whole number from 1 to 10,000.", error.Message);
        Assert.Equal(ErrorKind.Usage, error.Kind);
    }

    [Fact]
    public void Whole_numbers_are_read() => Assert.Equal(7, _epochs.Read("7", "test"));

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData("-0.1")]
    public void Numbers_are_finite_and_in_range(string text) =>
        Assert.Throws<TessarException>(() => Setting.Number("a", "--a", "X", "A", null, 0, 10).Read(text, "test"));

    [Fact]
    public void Lists_are_read_by_commas()
    {
        Setting<float[]> mean = Setting.Numbers("import.mean", "--mean", "A,B", "Mean");
        Assert.Equal([0.485f, 0.456f], mean.Read("0.485, 0.456", "test"));
        Assert.Throws<TessarException>(() => mean.Read("0.485,", "test"));
        Assert.Throws<TessarException>(() => mean.Read("NaN", "test"));
    }

    [Fact]
    public void Seeds_take_all_64_bits() =>
        Assert.Equal(ulong.MaxValue, Setting.UInt64("seed", "--seed", "N", "Seed", 1).Read("18446744073709551615", "test"));
}
