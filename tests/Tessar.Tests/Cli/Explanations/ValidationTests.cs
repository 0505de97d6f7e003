using Tessar.Cli.Explanations;

namespace Tessar.Tests.Cli.Explanations;

public sealed class ValidationTests
{
    [Fact]
    public void Evaluation_with_the_same_settings_is_quoted()
    {
        using var examples = new ExplainedExamples();
        Save(examples, "b", "data/known", "0.3", 0.25, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Save(examples, "a", "data/known", "1", 0.5, new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        Validation found = Validation.Find(examples.Run, examples.Kept.Document, ensemble: 0);
        Assert.True(found.IsMeasured);
        Assert.StartsWith(
            "Linear datamodeling score 0.250, 95 % interval 0.150 to 0.350, noise ceiling 0.800 ", found.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_with_other_settings_is_quoted_with_what_differs()
    {
        using var examples = new ExplainedExamples();
        Save(examples, "a", "data/known", "1", 0.5, DateTime.UtcNow);
        Validation found = Validation.Find(examples.Run, examples.Kept.Document, ensemble: 10);
        Assert.False(found.IsMeasured);
        Assert.StartsWith(
            "Validated with other settings only (ensemble 0 there, 10 here; damping 1 there, 0.3 here): Linear datamodeling "
                + "score 0.500", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluations_of_other_methods_and_damaged_files_are_no_evidence()
    {
        using var examples = new ExplainedExamples();
        Save(examples, "a", "data/other", "0.3", 0.5, DateTime.UtcNow);
        string folder = Path.Combine(examples.Run.Directory, "results", "evaluations", "lds");
        foreach ((string text, int i) in new[] { "", "[]", "{}", "3", """{"method": "data/known", "interval": []}""", """{"method": "data/known", "options": 3, "interval": 3}""" }.Select((text, i) => (text, i)))
            File.WriteAllText(Path.Combine(folder, $"damaged{i}.json"), text);
        Assert.StartsWith(
            "Not validated", Validation.Find(examples.Run, examples.Kept.Document, ensemble: 0).Text, StringComparison.Ordinal);
    }

    private static void Save(ExplainedExamples examples, string name, string method, string damping, double lds, DateTime written)
    {
        string folder = Path.Combine(
            examples.Run.Directory, "results", "evaluations", "lds"), path = Path.Combine(folder, name + ".json");
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, FormattableString.Invariant($$"""
            {"method": "{{method}}", "options": {"damping": "{{damping}}"}, "checkpoints": 1, "train": "train:0-29", "lds": {{lds}}, "interval": [{{lds - 0.1}}, {{lds + 0.1}}],
             "noiseCeiling": 0.8, "queries": 3, "subsets": 100, "seeds": 5}
            """));
        File.SetLastWriteTimeUtc(path, written);
    }
}
