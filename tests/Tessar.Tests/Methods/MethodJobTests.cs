using Tessar.Methods;

namespace Tessar.Tests.Methods;

public sealed class MethodJobTests
{
    private static readonly MethodJob _job = new()
    {
        Question = "data/lds", Method = "data/trak", Runs = ["a", "b"], Targets = "test:0-9", Seed = 3,
        Options = Of(("damping", "1"), ("seed", "0")), Settings = Of(("subsets", "5")),
    };

    [Fact]
    public void It_travels_as_text_and_comes_back_equal()
    {
        var back = MethodJob.Parse(_job.ToJson());
        Assert.Equal(_job, back);
        Assert.Equal(_job.GetHashCode(), back.GetHashCode());
        Assert.Equal(["a", "b"], back.Runs);
    }

    [Fact]
    public void Order_of_options_does_not_matter_and_everything_else_does()
    {
        Assert.Equal(_job, _job with { Options = Of(("seed", "0"), ("damping", "1")) });
        MethodJob[] others =
        [
            _job with { Question = "data" }, _job with { Method = "data/ekfac" }, _job with { Runs = ["b", "a"] },
            _job with { Against = ["c"] }, _job with { Train = "train:0-1" },
            _job with { Targets = null }, _job with { Seed = null }, _job with { MemoryBudget = 1 },
            _job with { Options = Of(("damping", "1")) }, _job with { Settings = Of() },
        ];
        Assert.All(others, other => Assert.NotEqual(_job, other));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"question":"data"}""")]
    [InlineData("""{"question":null,"runs":["a"]}""")]
    public void Text_that_is_no_job_is_refused(string text) =>
        Assert.Contains(
            "can't be read", Assert.Throws<TessarException>(() => MethodJob.Parse(text)).Message, StringComparison.Ordinal);

    private static Dictionary<string, string> Of(params (string Name, string Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
}
