using System.Text.Json;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Data;

namespace Tessar.Tests.Results;

public sealed class ResultFolderTests : IDisposable
{
    private static readonly float[] _numbers = [1, 2.5f, -3];
    private readonly SmallRun _small = new("logistic");

    public void Dispose() => _small.Dispose();

    [Fact]
    public void What_is_kept_comes_back_with_its_arrays()
    {
        var kept = ResultFolder.Save(_small.Run, Document(), Write);
        var opened = ResultFolder.Open(kept.Directory);
        Assert.Equal(kept.DocumentPath, opened.DocumentPath);
        Assert.Equal(
            (kept.Document.Lens, kept.Document.Method, kept.Document.Seconds, kept.Document.ArraysSha256),
            (opened.Document.Lens, opened.Document.Method, opened.Document.Seconds, opened.Document.ArraysSha256));
        Assert.Equal("why", opened.Document.Payload.GetProperty("answer").GetString());
        Assert.Equal([new SelfCheck("gap", 0.5, 1, "A gap.")], opened.Document.Checks);
        using var file = SafetensorsFile.Open(opened.ArraysPath!);
        Assert.Equal(_numbers, file.ReadSingles("numbers"));
    }

    [Fact]
    public void Same_question_stays_as_it_is_and_another_lies_elsewhere()
    {
        var first = ResultFolder.Save(_small.Run, Document(), Write);
        byte[] bytes = File.ReadAllBytes(first.DocumentPath);
        var again = ResultFolder.Save(
            _small.Run, Document() with { Seconds = 9, Created = DateTimeOffset.UtcNow.AddDays(1) }, Write);
        Assert.Equal(first.Directory, again.Directory);
        Assert.Equal(bytes, File.ReadAllBytes(first.DocumentPath));
        ResultDocument d = Document();
        ResultDocument[] others =
        [
            d with { Job = d.Job with { Seed = 1 } },
            d with { Job = d.Job with { MemoryBudget = 7 } },
            d with { Job = d.Job with { Train = "train:0-9" } },
            d with { Job = d.Job with { Targets = "test:0-3" } },
            d with { Job = d.Job with { Settings = Only("subsets", "12") } },
            d with { Job = d.Job with { Options = Only("subsets", "12") } },
            d with { Inputs = d.Inputs with { DataIdentity = "other" } },
            d with { Inputs = d.Inputs with { LabelsSha256 = "ab" } },
            d with { Inputs = d.Inputs with { Models = ["mlp"] } },
            d with { Inputs = d.Inputs with { Checkpoints = [new ResultCheckpoint("first", "x", 1, "00")] } },
        ];
        string[] folders = [first.Directory, .. others.Select(other => ResultFolder.Save(_small.Run, other).Directory)];
        Assert.Equal(folders.Length, folders.Distinct(StringComparer.Ordinal).Count());
    }

    // A value with a line break is one value, not two.
    [Fact]
    public void Key_is_not_fooled_by_values_that_look_like_others() => Assert.NotEqual(
        ResultKey.Of([("option a", "1\noption b 1 2")]), ResultKey.Of([("option a", "1"), ("option b", "2")]));

    [Fact]
    public void Questions_lie_under_their_name_and_lenses_under_their_method()
    {
        ResultDocument d = Document();
        Assert.Contains(
            $"{Path.DirectorySeparatorChar}data{Path.DirectorySeparatorChar}lds{Path.DirectorySeparatorChar}",
            ResultFolder.Save(_small.Run, d).Directory, StringComparison.Ordinal);
        string own = ResultFolder.Save(_small.Run, d with { Job = d.Job with { Question = "data" } }).Directory;
        Assert.Contains(
            $"{Path.DirectorySeparatorChar}data{Path.DirectorySeparatorChar}trak{Path.DirectorySeparatorChar}", own,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_arrays_are_noticed()
    {
        var kept = ResultFolder.Save(_small.Run, Document(), Write);
        kept.OpenArrays().Dispose();
        byte[] bytes = File.ReadAllBytes(kept.ArraysPath!);
        bytes[^1] ^= 1;
        File.WriteAllBytes(kept.ArraysPath!, bytes);
        FileFormatException e = Assert.Throws<FileFormatException>(() => ResultFolder.Open(kept.Directory).OpenArrays());
        Assert.Contains("as recorded when it was written", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Array_file_of_another_folder_is_refused()
    {
        var kept = ResultFolder.Save(_small.Run, Document(), Write);
        EditedFile.Replace(kept.DocumentPath, "\"arrays.safetensors\"", "\"../../secret\"");
        Assert.Contains(
            "../../secret", Assert.Throws<FileFormatException>(() => ResultFolder.Open(kept.Directory)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Staleness_names_what_changed()
    {
        Run run = _small.Run;
        ResultDocument fits = Document() with
        {
            Inputs = new ResultInputs
            {
                DataIdentity = run.Record.Program.Data.Identity,
                Checkpoints = [ResultCheckpoint.Of(run, run.Checkpoints[0])],
                Models = ["logistic"]
            },
        };
        Assert.Null(ResultStaleness.Of(fits.Inputs, run));
        Assert.Contains("other data", ResultStaleness.Of(fits.Inputs with { DataIdentity = "x" }, run), StringComparison.Ordinal);
        Assert.Contains(
            "weights",
            ResultStaleness.Of(fits.Inputs with { Checkpoints = [new ResultCheckpoint(run.Name, "gone", 3, "00")] }, run),
            StringComparison.Ordinal);
        Assert.Contains("model", ResultStaleness.Of(fits.Inputs with { Models = ["cnn"] }, run), StringComparison.Ordinal);
        Assert.Contains(
            "computes it otherwise", ResultStaleness.Of(fits.Inputs with { Code = 1 }, run), StringComparison.Ordinal);
    }

    private static void Write(SafetensorsWriter writer) => writer.Add("numbers", _numbers, 3);

    private static Dictionary<string, string> Only(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private static ResultDocument Document() => new()
    {
        Lens = "data",
        Method = "data/trak",
        Run = "first",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Job = new ResultJob { Question = "data/lds", Method = "data/trak", Runs = ["first"] },
        Inputs = new ResultInputs { DataIdentity = "identity" },
        Seconds = 1.5,
        Checks = [new SelfCheck("gap", 0.5, 1, "A gap.")],
        Payload = JsonSerializer.SerializeToElement(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["answer"] = "why"
        }),
    };
}
