using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Data;

namespace Tessar.Tests.Results;

/// <summary>Results as earlier versions kept them: files recorded then, in the folder Earlier, read today.</summary>
public sealed class ResultCatalogTests : IDisposable
{
    private static readonly string _earlier = Path.Combine(Repository.Root, "tests", "Tessar.Tests", "Results", "Earlier");

    private readonly SmallRun _small = new("logistic");

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Everything_that_was_kept_is_listed_by_what_was_asked()
    {
        CopyEarlier();
        Assert.Equal(
        [
            ("data", "data/grad-dot"), ("data", "data/trak"), ("data/compare", "data/grad-dot"), ("data/lds", "data/grad-dot"),
            ("data/mislabels", "data/grad-dot"),
            ("data/transfer", "data/transfer"),
        ], ResultCatalog.Of(_small.Run).Select(result => (result.Question, result.Method)).Order());
        Assert.All(ResultCatalog.Of(_small.Run), result =>
        {
            Assert.Null(result.Error);
            Assert.NotNull(result.Created);
            Assert.True(File.Exists(result.File), result.File);
        });
        // Only attributions say what they were computed from; these aren't of this run's data.
        Assert.All(ResultCatalog.Of(_small.Run), result => Assert.Equal(result.Question == "data", result.Staleness is not null));
    }

    [Fact]
    public void Attribution_of_an_earlier_version_opens_with_its_arrays_bit_for_bit()
    {
        CopyEarlier();
        string folder = AttributionResult.FoldersOf(_small.Run).Single(one => one.Contains("grad-dot", StringComparison.Ordinal));
        byte[] arrays = File.ReadAllBytes(Path.Combine(_earlier, "data", "grad-dot", "25c0bbce41ae6977", "arrays.safetensors"));
        AttributionResult opened = AttributionResult.Open(folder);
        opened.Kept.OpenArrays().Dispose();
        Assert.Equal(arrays, File.ReadAllBytes(opened.ArraysPath));
        AttributionDocument document = opened.Document;
        Assert.Equal(
            ("data/grad-dot", "first", "train:0-9", "test:0-1", 3, false, "64"),
            (document.Method, document.Run, document.Train, document.Targets, document.Top, document.TopOnly,
                document.Options["batch-size"]));
        Assert.Equal(
            ("negative-loss", 7850, 10), (document.Report.Output, document.Report.Parameters, document.Report.ExamplesComputed));
        Assert.Equal(("first", 1), (document.Checkpoints[0].Run, document.Checkpoints[0].Step));
        Assert.Equal(0.1107151, opened.Kept.Document.Seconds);
        using var file = SafetensorsFile.Open(opened.ArraysPath);
        float[] scores = file.ReadSingles("scores");
        Assert.All(opened.Top(1).Proponents, influence => Assert.Equal(scores[(influence.Train * 2) + 1], influence.Score));
        Assert.True(opened.IsStale(_small.Run));
    }

    [Fact]
    public void Strongest_scores_of_an_earlier_version_are_known_as_such()
    {
        CopyEarlier();
        string folder = AttributionResult.FoldersOf(_small.Run).Single(one => one.Contains("trak", StringComparison.Ordinal));
        AttributionDocument document = AttributionResult.Open(folder).Document;
        Assert.True(document.TopOnly);
        Assert.Equal(("16", "sketch"), (document.Options["projection-dimension"], document.Report.Projection));
    }

    [Fact]
    public void Earlier_result_that_is_damaged_says_so_and_hides_no_other()
    {
        CopyEarlier();
        string root = Path.Combine(_small.Run.Directory, "results");
        File.WriteAllText(Path.Combine(root, "evaluations", "lds", "536355e7a0621bda.json"), "{");
        File.WriteAllText(
            Path.Combine(root, "data", "trak", "55cea2b9aca4f78f", "result.json"), """{"schema": 1, "report": 3}""");
        Directory.Delete(Path.Combine(root, "transfer"), recursive: true);
        Directory.CreateDirectory(Path.Combine(root, "transfer", "1"));
        IReadOnlyList<ResultSummary> listed = ResultCatalog.Of(_small.Run);
        Assert.Equal(6, listed.Count);
        ResultSummary[] damaged = [.. listed.Where(result => result.Error is not null)];
        Assert.Equal(3, damaged.Length);
        Assert.All(damaged, result => Assert.Contains("Delete this result's folder", result.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_without_results_has_none() => Assert.Empty(ResultCatalog.Of(_small.Run));

    [Fact]
    public void Stale_results_stay_listed_and_say_why()
    {
        var matrix = new AttributionMatrix(
            new float[SmallRun.TrainCount * SmallRun.TestCount], SmallRun.TrainCount, SmallRun.TestCount, Methods.Reports.Any);
        AttributionResult.Save(
            matrix, _small.View, _small.Train, _small.Test, new Dictionary<string, string>(StringComparer.Ordinal), top: 2);
        Assert.Null(Assert.Single(ResultCatalog.Of(_small.Run)).Staleness);
        string path = Path.Combine(_small.Run.Directory, "run.json");
        EditedFile.Replace(path, _small.Run.Checkpoints[0].Sha256, new string('0', 64));
        Assert.Contains(
            "weights", Assert.Single(ResultCatalog.Of(Run.Open(_small.Run.Directory))).Staleness, StringComparison.Ordinal);
    }

    private void CopyEarlier()
    {
        foreach (string file in Directory.EnumerateFiles(_earlier, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(_small.Run.Directory, "results", Path.GetRelativePath(_earlier, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
