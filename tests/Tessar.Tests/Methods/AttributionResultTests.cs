using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Data;

namespace Tessar.Tests.Methods;

public sealed class AttributionResultTests : IDisposable
{
    private static readonly Dictionary<string, string> _options = new(StringComparer.Ordinal)
    {
        ["damping"] = "0.3",
        ["seed"] = "0"
    };
    private readonly SmallRun _small = new("logistic");

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Saved_result_comes_back()
    {
        AttributionMatrix matrix = Matrix();
        AttributionResult saved = Save(matrix, top: 5);
        AttributionResult opened = AttributionResult.Open(saved.Folder);
        Assert.Equal(saved.ArraysPath, opened.ArraysPath);
        Assert.Equal(
            ("data/trak", "first", "train:0-149", "test:0-11"),
            (opened.Document.Method, opened.Document.Run, opened.Document.Train, opened.Document.Targets));
        Assert.Equal(
            _options.OrderBy(o => o.Key, StringComparer.Ordinal),
            opened.Document.Options.OrderBy(o => o.Key, StringComparer.Ordinal));
        for (int target = 0; target < SmallRun.TestCount; target++)
        {
            Assert.Equal(matrix.Proponents(target, 5), opened.Top(target).Proponents);
            Assert.Equal(matrix.Opponents(target, 5), opened.Top(target).Opponents);
        }

        Assert.Equal([saved.Folder], AttributionResult.FoldersOf(_small.Run));
    }

    [Fact]
    public void More_than_there_are_keeps_all()
    {
        AttributionResult saved = Save(Matrix(), top: 1000);
        Assert.Equal(SmallRun.TrainCount, saved.Document.Top);
        Assert.Equal(SmallRun.TrainCount, saved.Top(0).Proponents.Count);
    }

    [Fact]
    public void Same_inputs_give_the_same_folder_which_stays_as_it_is()
    {
        AttributionResult first = Save(Matrix(), top: 5);
        byte[] document = File.ReadAllBytes(Path.Combine(
            first.Folder, "result.json")), arrays = File.ReadAllBytes(first.ArraysPath);
        AttributionResult second = Save(Matrix(), top: 5);
        Assert.Equal(first.Folder, second.Folder);
        Assert.Equal(first.Document.Created, second.Document.Created);
        Assert.Equal(document, File.ReadAllBytes(Path.Combine(first.Folder, "result.json")));
        Assert.Equal(arrays, File.ReadAllBytes(first.ArraysPath));
    }

    [Fact]
    public void Other_inputs_give_another_folder()
    {
        Run other = _small.Add("other", "logistic", seed: 9);
        string[] folders =
        [
            Save(Matrix(), top: 5).Folder,
            Save(Matrix(), top: 6).Folder,
            AttributionResult.Save(
                Matrix(), _small.View, _small.Train, _small.Test,
                new Dictionary<string, string>(_options, StringComparer.Ordinal) { ["seed"] = "1" }, 5).Folder,
            AttributionResult.Save(Matrix(), new RunView(_small.Run, other), _small.Train, _small.Test, _options, 5).Folder,
            AttributionResult.Save(
                Matrix(2, 3), _small.View, new(_small.Store, "train", 0, 2), new(_small.Store, "test", 0, 3), _options, 5).Folder,
            AttributionResult.Save(
                Matrix(2, 3), _small.View, new(_small.Store, "train", 1, 2), new(_small.Store, "test", 0, 3), _options, 5).Folder,
            AttributionResult.Save(
                Matrix(2, 3), _small.View, new(_small.Store, "train", 0, 2), new(_small.Store, "test", 1, 3), _options, 5).Folder,
        ];
        Assert.Equal(folders.Length, folders.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            folders.Order(StringComparer.Ordinal), AttributionResult.FoldersOf(_small.Run).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(SmallRun.TestCount)]
    public void Target_outside_of_the_range_is_refused(int target)
    {
        AttributionResult saved = Save(Matrix(), top: 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => saved.Top(target));
    }

    [Fact]
    public void Document_cut_at_any_byte_is_refused()
    {
        AttributionResult saved = Save(Matrix(), top: 5);
        string path = Path.Combine(saved.Folder, "result.json");
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            FileFormatException e = Assert.Throws<FileFormatException>(() => AttributionResult.Open(saved.Folder));
            Assert.Contains("ask again", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"schema":2}""")]
    public void Foreign_document_is_refused(string text)
    {
        AttributionResult saved = Save(Matrix(), top: 5);
        File.WriteAllText(Path.Combine(saved.Folder, "result.json"), text);
        Assert.Throws<FileFormatException>(() => AttributionResult.Open(saved.Folder));
    }

    [Fact]
    public void Result_of_a_newer_schema_says_so()
    {
        AttributionResult saved = Save(Matrix(), top: 5);
        string path = Path.Combine(saved.Folder, "result.json");
        EditedFile.Replace(path, "\"schema\": 2", "\"schema\": 3");
        FileFormatException e = Assert.Throws<FileFormatException>(() => AttributionResult.Open(saved.Folder));
        Assert.Contains("schema 3", e.Message, StringComparison.Ordinal);
        Assert.Contains("newer Tessar", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_result_is_refused_naming_the_file()
    {
        TessarException e = Assert.Throws<TessarException>(() =>
            AttributionResult.Open(Path.Combine(_small.Run.Directory, "nothing")));
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.Contains("result.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_cut_anywhere_are_refused()
    {
        AttributionResult saved = Save(Matrix(), top: 5);
        byte[] whole = File.ReadAllBytes(saved.ArraysPath);
        int header = 8 + (int)BitConverter.ToUInt64(whole);
        foreach (int length in Enumerable.Range(0, header + 1)
            .Concat(Enumerable.Range(0, 50).Select(i => header + i * (whole.Length - header) / 50)).Append(whole.Length - 1))
        {
            File.WriteAllBytes(saved.ArraysPath, whole[..length]);
            FileFormatException e = Assert.Throws<FileFormatException>(() => AttributionResult.Open(saved.Folder).Top(0));
            Assert.Contains("arrays.safetensors", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Result_is_stale_once_its_run_records_another_checkpoint()
    {
        AttributionResult saved = Save(Matrix(), top: 5);
        Assert.False(saved.IsStale(_small.Run));
        string path = Path.Combine(_small.Run.Directory, "run.json");
        EditedFile.Replace(path, _small.Run.Checkpoints[0].Sha256, new string('0', 64));
        Assert.True(saved.IsStale(Run.Open(_small.Run.Directory)));
    }

    private static AttributionMatrix Matrix(int train = SmallRun.TrainCount, int targets = SmallRun.TestCount) =>
        new([.. Enumerable.Range(0, train * targets).Select(i => MathF.Sin(i * 0.7f))], train, targets, Reports.Any);

    private AttributionResult Save(AttributionMatrix matrix, int top) =>
        AttributionResult.Save(matrix, _small.View, _small.Train, _small.Test, _options, top);
}
