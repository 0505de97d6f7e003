using Tessar.Methods;
using Tessar.Tests.Toys;

namespace Tessar.Tests.Methods;

/// <summary>What a question says of itself holds at the library's door too.</summary>
public sealed class QuestionTests(ContractRun run) : IClassFixture<ContractRun>
{
    private static readonly MethodRunner _runner = new(new MethodCatalog(typeof(ToyLens).Assembly));

    [Theory]
    [InlineData("digits has no effect without rounded; leave it out.", "digits=3")]
    [InlineData("weights has no effect with rounded, which weighs nothing; leave it out.", "rounded=true", "weights=3,2")]
    [InlineData("weights is `1,2`; allowed: numbers that fall, such as 2,1.", "weights=1,2")]
    public void Settings_that_have_no_effect_or_break_a_rule_are_refused(string words, params string[] settings)
    {
        MethodJob job = Job("toy/spread") with { Settings = Of(settings) };
        TessarException e = Assert.Throws<TessarException>(() => _runner.Run(job));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Usage, e.Kind);
    }

    // The settings of a recorded result are all of them, defaults too; they can be asked again.
    [Fact]
    public void Recorded_settings_can_be_given_again()
    {
        MethodJob job = Job("toy/spread");
        MethodResult first = _runner.Run(job with { Settings = Of("rounded=true", "digits=3") });
        IReadOnlyDictionary<string, string> recorded = first.Kept.Document.Job.Settings;
        Assert.Equal(4, recorded.Count);
        Assert.Equal(first.Kept.Directory, _runner.Run(job with { Settings = recorded }).Kept.Directory);
        MethodResult plain = _runner.Run(job);
        Assert.NotEqual(first.Kept.Directory, plain.Kept.Directory);
        Assert.Equal(
            plain.Kept.Directory, _runner.Run(job with { Settings = plain.Kept.Document.Job.Settings }).Kept.Directory);
    }

    [Fact]
    public void What_a_question_has_no_use_for_is_refused()
    {
        AssertSays("split` is missing: The split to count. Name it.", Job("toy/tally"));
        MethodJob tally = Job("toy/tally") with { Settings = Of("split=test") };
        Assert.NotNull(_runner.Run(tally));
        AssertSays("It asks one run, and the job names 2", tally with { Runs = [.. tally.Runs, .. tally.Runs] });
        AssertSays("It takes no training examples, but `train:0-1` is named", tally with { Train = "train:0-1" });
        AssertSays("It looks at no targets, but `test:0` is named", tally with { Targets = "test:0" });
        AssertSays("It compares nothing, but", tally with { Against = tally.Runs });

        static void AssertSays(string words, MethodJob job) => Assert.Contains(
            words, Assert.Throws<TessarException>(() => _runner.Run(job)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Two have the verb `lds`: data/lds and toy/lds.", "evaluate lds", "evaluate lds")]
    [InlineData("Two have the verb `lds`: data/lds and toy/lds.", "evaluate lds", "measure lds")]
    [InlineData("Two have the verb `measure`: data/lds and a group of questions.", "measure", "measure that")]
    [InlineData("data/lds has the verb `a b c`; required is one word or two", "a b c", "d")]
    [InlineData("toy/lds has the verb `--json`; required is one word or two", "a", "--json")]
    [InlineData("toy/lds has the verb `Ask `; required is one word or two", "a", "Ask ")]
    public void Verbs_that_cannot_be_told_apart_are_refused(string words, string first, string second)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() =>
            QuestionVerbs.Refuse([(first, "data/lds"), (second, "toy/lds")]));
        Assert.StartsWith(words, e.Message, StringComparison.Ordinal);
        QuestionVerbs.Refuse([("evaluate lds", "data/lds"), ("evaluate loo", "data/loo"), ("attribute", "data")]);
    }

    private MethodJob Job(string question) => new() { Question = question, Runs = [run.Copy().Directory] };

    private static Dictionary<string, string> Of(params string[] settings) =>
        settings.Select(one => one.Split('=')).ToDictionary(one => one[0], one => one[1], StringComparer.Ordinal);
}
