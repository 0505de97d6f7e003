using Tessar.Cli.Parsing;

namespace Tessar.Tests.Cli.Parsing;

public sealed class ConfigurationFileTests
{
    private static readonly Setting[] _known =
    [
        Setting.Text("runs", "--runs", "DIR", "Runs"),
        Setting.Number("train.optimizer.learning-rate", "--lr", "X", "Rate", 0.1, 0, 1),
        Setting.Numbers("import.mean", "--mean", "A,B", "Mean"),
    ];

    [Fact]
    public void Nested_keys_comments_and_trailing_commas_are_read()
    {
        ConfigurationFile file = Read("""
            {
              // where runs live
              "runs": "/data/runs",
              "train": { "optimizer": { "learning-rate": 1e-3, }, },
              "import": { "mean": [0.485, 0.456, 0.406] },
              "methods": { "data/trak": { "damping": 0.3, "use-leverage": true } },
            }
            """);
        Assert.Equal("/data/runs", Value(file, "runs"));
        Assert.Equal("1e-3", Value(file, "train.optimizer.learning-rate"));
        Assert.Equal("0.485,0.456,0.406", Value(file, "import.mean"));
        Assert.Equal([("damping", "0.3"), ("use-leverage", "true")], file.MethodOptions("data/trak"));
        Assert.Empty(file.MethodOptions("data/grad-dot"));
    }

    [Fact]
    public void Missing_file_gives_no_values()
    {
        using var folder = new TemporaryFolder();
        Assert.False(ConfigurationFile.Read(folder.Path, _known, () => Tessar.Cli.KnownMethods.OfEnvironment().Catalog)
            .TryGet("runs", out _));
    }

    [Theory]
    [InlineData("""{ "rns": "x" }""", "`rns` is not a setting. Did you mean `runs`?")]
    [InlineData("""{ "train": { "optimizer": { "learning-rat": 1 } } }""", "Did you mean `train.optimizer.learning-rate`?")]
    [InlineData("""{ "runs": "a", "runs": "b" }""", "`runs` is given twice")]
    [InlineData("""{ "runs": null }""", "`runs` is null")]
    [InlineData("""{ "runs": """, "isn't valid JSON at line 1")]
    [InlineData("\"runs\"", "holds a single value")]
    public void Mistakes_are_named(string json, string message)
    {
        var error = Assert.Throws<TessarException>(() => Read(json));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("tessar.json", error.Message, StringComparison.Ordinal);
    }

    private static string Value(ConfigurationFile file, string key)
    {
        Assert.True(file.TryGet(key, out string value));
        return value;
    }

    private static ConfigurationFile Read(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tessar.json"), json);
        return ConfigurationFile.Read(folder.Path, _known, () => Tessar.Cli.KnownMethods.OfEnvironment().Catalog);
    }
}
