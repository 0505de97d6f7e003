using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tensors;
using Tessar.Training;
using Tessar.Training.Retraining;

namespace Tessar.Tests.Runs;

/// <summary>The table in docs/runs.md: every file that decides numbers, each with one bit that changed.</summary>
public sealed class FlippedBitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_file_of_a_finished_run_is_refused_by_name_once_a_bit_of_it_changed()
    {
        TrainingRequest request = SmallRuns.Request(_folder) with
        {
            Model = "logistic",
            LabelErrors = 0.1,
            Mask = [.. Enumerable.Range(0, 80)],
            Epochs = 1
        };
        Run run = SmallRuns.Train(request);
        using ExampleStore store = run.OpenExamples();
        Check(Path.Combine(run.Directory, "run.json"), () => Run.Open(run.Directory));
        Check(run.MetricsPath, () => run.ReadMetrics());
        Check(run.Checkpoints[^1].File, () => run.LoadModel());
        Check(Path.Combine(run.Directory, ReferenceOutputs.File), () => run.LoadModel());
        Check(Path.Combine(run.Directory, "labels.json"), () => run.OpenLabels(store));
        Check(Path.Combine(run.Directory, "mask.safetensors"), () => run.ChosenSet(store), mayBeHarmless: true);
        Predictions predictions = Predictions.TryOpen(run, "test")!;
        Check(predictions.ArraysPath, () => Predictions.TryOpen(run, "test"), mayBeHarmless: true);
        Check(Path.Combine(predictions.Directory, "result.json"), () => Predictions.TryOpen(run, "test"));
    }

    [Fact]
    public void State_of_an_interrupted_run_is_refused_by_name_once_a_bit_of_it_changed()
    {
        TrainingRequest request = SmallRuns.Request(_folder) with { Model = "logistic", Ema = 0.9 };
        Run run = SmallRuns.Interrupt(request, 5);
        foreach (string path in (string[])[
            RunWriter.OptimizerPath(run.Checkpoints[^1].File),
            run.Checkpoints[^1].File,
            run.MetricsPath
        ])
            Check(path, () => SmallRuns.Resume(run), thenReads: false);
        Run whole = SmallRuns.Train(request with { Name = "whole" });
        Assert.Equal(whole.Checkpoints[^1].Sha256, SmallRuns.Resume(run).Checkpoints[^1].Sha256);
    }

    [Fact]
    public void Results_and_what_methods_keep_are_refused_by_name_once_a_bit_of_them_changed()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = "logistic", Epochs = 1 });
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 5);
        var view = new RunView(run);
        void Trak() =>
            new Trak(new TrakOptions { ProjectionDimension = 8, Projection = TrakProjection.Sketch })
                .Score(view, train, test, new MethodContext());
        void Ekfac() => new Ekfac(new EkfacOptions()).Score(view, train, test, new MethodContext());
        AttributionMatrix matrix = new TracIn(new TracInOptions()).Score(view, train, test, new MethodContext());
        AttributionResult kept = AttributionResult.Save(
            matrix, view, train, test, new Dictionary<string, string>(StringComparer.Ordinal), top: 3);
        Check(Path.Combine(kept.Folder, "result.json"), () => AttributionResult.Open(kept.Folder));
        Check(kept.ArraysPath, () => AttributionResult.Open(kept.Folder).Top(0));
        Trak();
        Ekfac();
        string data = Path.Combine(run.Directory, "results", "data");
        string store0 = Assert.Single(Directory.GetDirectories(Path.Combine(data, "trak"), "features-*"));
        foreach (string name in (string[])["header.json", "phi.bin", "q.bin"])
            Check(Path.Combine(store0, name), Trak);
        string[] factors = [.. Directory.EnumerateFiles(data, "*.safetensors", SearchOption.AllDirectories)
            .Where(path => path.Contains("factors-", StringComparison.Ordinal))];
        Assert.NotEmpty(factors);
        Check(factors[0], Ekfac, mayBeHarmless: true);
    }

    [Fact]
    public void Retrainings_are_refused_by_name_once_a_bit_of_them_changed()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = "logistic", Epochs = 1 });
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = run.TestSet(store);
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(run, train, test, ExampleMasks.ExactSize(2, train.Count, 0.5, 1), 1) with { KeepsWeights = true },
            run);
        RetrainedModels models = new InProcessRetrainer().Retrain(request, cancellation: TestContext.Current.CancellationToken);
        Checkpoint first = models.CheckpointOf(0);
        Assert.Equal(RetrainingFolder.SeedOf(models.Record, 0), first.Seed);
        run.LoadModel(first).Dispose();
        Check(Path.Combine(models.Directory, "retraining.json"), () => RetrainedModels.Open(models.Directory));
        Check(models.OutputsPath, () => RetrainedModels.Open(models.Directory).ReadOutputs(), mayBeHarmless: true);
        Check(models.MasksPath, () => RetrainedModels.Open(models.Directory).OpenMasks(), mayBeHarmless: true);
        Check(first.File, () => RetrainedModels.Open(models.Directory).CheckpointOf(0));
    }

    [Fact]
    public void File_that_was_edited_on_purpose_is_read_as_it_stands()
    {
        Run run = SmallRuns.Train(_folder);
        string path = Path.Combine(run.Directory, "run.json");
        string text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace("\"test:0-29\"", "\"test:0-19\"", StringComparison.Ordinal));
        FileFormatException e = Assert.Throws<FileFormatException>(() => Run.Open(run.Directory));
        Assert.Contains("changed after it was written", e.Message, StringComparison.Ordinal);
        Assert.Contains("\"checksum\": \"edited\"", e.Message, StringComparison.Ordinal);
        EditedFile.Accept(path);
        Assert.Equal("test:0-19", Run.Open(run.Directory).Record.Program.Data.Test);
        File.WriteAllText(path, text.Replace("  \"checksum\"", "  \"chacksum\"", StringComparison.Ordinal));
        Assert.Contains(
            "expected a checksum, found none", Assert.Throws<FileFormatException>(() => Run.Open(run.Directory)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Flips bits all over a file.</summary>
    /// <param name="path">The file; as before afterwards.</param>
    /// <param name="read">What reads it.</param>
    /// <param name="thenReads">Whether it is read once more as it was; not where reading changes it.</param>
    /// <param name="mayBeHarmless">
    /// Whether the name under which the file keeps its own hash, or a mask's header, may change without a word: no number then
    /// does.
    /// </param>
    private static void Check(string path, Action read, bool mayBeHarmless = false, bool thenReads = true)
    {
        byte[] good = File.ReadAllBytes(path);
        int refused = 0;
        const int places = 40;
        for (int i = 0; i < places; i++)
        {
            int at = (int)((long)i * (good.Length - 1) / (places - 1));
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(path, bad);
            File.SetLastWriteTimeUtc(
                path, DateTime.UtcNow.AddSeconds(i)); // a file that was read before and looks as it did isn't read again
            Exception? thrown = Record.Exception(read);
            if (mayBeHarmless && thrown is null)
                continue;
            Assert.True(
                thrown is TessarException, $"{path}, bit {i % 8} of byte {at}: {thrown?.ToString() ?? "read without a word"}");
            Assert.Contains(Path.GetFileName(path), thrown!.Message, StringComparison.Ordinal);
            refused++;
        }

        Assert.True(refused >= places - (mayBeHarmless ? 4 : 0), $"{path}: {refused} of {places} refused");
        File.WriteAllBytes(path, good);
        if (thenReads)
            Assert.Null(Record.Exception(read));
    }
}
