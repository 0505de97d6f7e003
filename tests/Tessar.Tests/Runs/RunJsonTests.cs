using System.Text;
using System.Text.Json;
using CsCheck;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;

namespace Tessar.Tests.Runs;

public sealed class RunJsonTests : IDisposable
{
    private static readonly string _hash = new('a', 64);

    private readonly TemporaryFolder _folder = new();

    private string Json => _folder.File("run.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Record_comes_back_as_it_was_written()
    {
        RunRecord record = Record();
        RunJson.Write(Json, record);
        RunRecord read = RunJson.Read(Json);
        Assert.Equal(record.Program, read.Program);
        Assert.Equal(record.Classes, read.Classes, StringComparer.Ordinal);
        Assert.Equal(record.Checkpoints, read.Checkpoints);
        Assert.Equal(record with { Classes = read.Classes, Checkpoints = read.Checkpoints }, read);
    }

    [Fact]
    public void File_has_the_documented_shape()
    {
        RunJson.Write(Json, Record());
        JsonElement root = JsonDocument.Parse(File.ReadAllBytes(Json)).RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.Equal("trained", root.GetProperty("kind").GetString());
        Assert.Equal("interrupted", root.GetProperty("status").GetString());
        JsonElement program = root.GetProperty("program");
        Assert.Equal("""{"name":"adamw","beta1":0.9,"learningRate":0.002}""", Compact(program.GetProperty("optimizer")));
        Assert.Equal("""{"name":"cosine","warmupSteps":39}""", Compact(program.GetProperty("schedule")));
        Assert.Equal(
            """{"kind":"picture","height":28,"width":28,"channels":1,"mean":[0.286],"std":[0.353]}""",
            Compact(program.GetProperty("input")));
        Assert.False(root.TryGetProperty("image", out _));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("final").ValueKind);
        Assert.Equal(JsonValueKind.Null, program.GetProperty("checkpointEverySteps").ValueKind);
    }

    [Fact]
    public void File_cut_at_any_byte_is_refused()
    {
        RunJson.Write(Json, Record());
        byte[] whole = File.ReadAllBytes(Json);
        // The last byte is a line end.
        for (int length = 0; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(Json, whole[..length]);
            var error = Assert.Throws<FileFormatException>(() => RunJson.Read(Json));
            Assert.InRange(error.Offset!.Value, 0, length);
        }
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 3", "expected a schema from 1 to 2, found schema 3")]
    [InlineData("\"schema\": 1,", "", "schema")]
    [InlineData("\"interrupted\"", "\"asleep\"", "$.status")]
    [InlineData("\"name\": \"first\"", "\"name\": \"../first\"", "doesn't begin with a letter or digit")]
    [InlineData("\"checkpoints/", "\"../checkpoints/", "inside of the run's folder")]
    [InlineData("\"checkpoints/", "\"/checkpoints/", "inside of the run's folder")]
    [InlineData("\"step\": 157", "\"step\": -157", "step -157")]
    [InlineData("aaaa\"", "aaaZ\"", "SHA-256")]
    [InlineData("0.353", "0", "standard deviation of channel 0 is 0")]
    [InlineData("0.286", "0.286, 0.3", "2 means and 1 standard deviations")]
    [InlineData("\"height\": 28", "\"height\": 0", "at least one pixel")]
    [InlineData("\"picture\"", "\"sound\"", "There is no kind of input `sound`. There is only picture")]
    [InlineData("\"kind\": \"picture\",", "", "`input` names no `kind`")]
    [InlineData("\"width\": 28", "\"width\": 2.5", "`input.width` isn't a whole number")]
    [InlineData("0.286", "1e99", "The mean of channel 0 is")]
    [InlineData("0.286", "\"much\"", "`input.mean` isn't a list of numbers")]
    [InlineData("\"labels.json\"", "\"/etc/passwd\"", "/etc/passwd")]
    [InlineData("\"adamw\"", "7", "`name` has to be a text")]
    [InlineData("\"batchSize\": 64", "\"batchSize\": 0", "batchSize")]
    [InlineData("\"threads\": 2", "\"threads\": 0", "threads, found 0")]
    [InlineData("0.002", "\"fast\"", "`learningRate` has to be a number")]
    [InlineData("\"T-shirt/top\"", "null", "names")]
    public void Impossible_content_is_refused_by_name(string from, string to, string expected)
    {
        RunJson.Write(Json, Record());
        EditedFile.Replace(Json, from, to);
        var error = Assert.Throws<FileFormatException>(() => RunJson.Read(Json));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(Json, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offset_of_an_error_counts_bytes_from_the_start()
    {
        byte[] text = Encoding.UTF8.GetBytes("{\n  \"name\": \"é\",\n  \"schema\": x\n}");
        File.WriteAllBytes(Json, text);
        Assert.Equal(Array.IndexOf(text, (byte)'x'), Assert.Throws<FileFormatException>(() => RunJson.Read(Json)).Offset);
    }

    [Fact]
    public void Reader_survives_changed_bytes()
    {
        RunJson.Write(Json, Record());
        byte[] whole = File.ReadAllBytes(Json);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                byte[] bytes = [.. whole];
                foreach ((int at, byte value) in changes)
                    bytes[at] = value;
                File.WriteAllBytes(Json, bytes);
                try
                {
                    return RunJson.Read(Json).Schema == 1;
                }
                catch (FileFormatException)
                {
                    return true;
                }
            },
            iter: 2_000, threads: 1);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("cnn-fashion_2.b")]
    [InlineData("7")]
    public void Plain_names_are_allowed(string name) => Assert.Null(RunNames.Objection(name));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(".hidden", "begin")]
    [InlineData("a/b", "`/`")]
    [InlineData("a\\b", "`\\`")]
    [InlineData("two words", "` `")]
    [InlineData("a:b", "`:`")]
    [InlineData("é", "begin")]
    [InlineData("aé", "`é`")]
    [InlineData("end.", "full stop")]
    public void Other_names_are_refused_with_the_reason(string name, string reason)
    {
        Assert.Contains(reason, RunNames.Objection(name), StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<TessarException>(() => RunNames.Check(name)).Kind);
    }

    [Fact]
    public void Name_longer_than_a_hundred_characters_is_refused()
    {
        Assert.Null(RunNames.Objection(new string('a', 100)));
        Assert.Contains("101", RunNames.Objection(new string('a', 101)), StringComparison.Ordinal);
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private static RunRecord Record() => new()
    {
        Schema = 1,
        Name = "first",
        Kind = RunKind.Trained,
        Status = RunStatus.Interrupted,
        Created = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Finished = new DateTimeOffset(2026, 3, 1, 12, 1, 0, TimeSpan.Zero),
        Failure = "none to speak of",
        Program = new TrainingProgram
        {
            Model = "cnn",
            Parameters = 421_642,
            Data = new DataReference("fashion-mnist-mini", Path: null, _hash, "train:0-9999", "test:0-1999"),
            Input = new ImageInput(new ImageShape(28, 28, 1), new InputNormalization([0.286f], [0.353f])),
            Epochs = 5,
            BatchSize = 64,
            Seed = ulong.MaxValue,
            Optimizer = new NamedSettings("adamw", Numbers(("learningRate", 0.002), ("beta1", 0.9))),
            Schedule = new NamedSettings("cosine", Numbers(("warmupSteps", 39))),
            Labels = new LabelsReference("labels.json", "train", 0.05, 7, 500),
        },
        Classes = ["T-shirt/top", "Trouser"],
        Checkpoints = [new Checkpoint("checkpoints/step-00000157.safetensors", 157, 0, _hash)],
        Versions = new RunVersions("0.1.0", "0.107.0", "2.10.0", "10.0.12"),
        Machine = new RunMachine("Debian", "some processor", 2, 2),
    };

    private static SortedDictionary<string, double> Numbers(params (string Name, double Value)[] pairs) =>
        new(pairs.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal), StringComparer.Ordinal);
}
