using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Tests.Runs;

public sealed class RunImporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly float[] _weight = new float[3 * 36];
    private readonly float[] _bias = [0.5f, -0.25f, 0];

    public RunImporterTests()
    {
        SmallData.Write(_folder);
        for (int i = 0; i < _weight.Length; i++)
            _weight[i] = (i * 37 % 19 - 9) / 50f;
    }

    private string Weights => _folder.File("weights.safetensors");

    private ImportRequest Request => new()
    {
        Weights = Weights, Model = "logistic", Data = _folder.File("small.tess"), Name = "foreign",
        RunsDirectory = _folder.File("runs"),
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Imported_logits_are_those_of_the_formula_under_the_given_normalization()
    {
        WriteWeights();
        Run run = SmallRuns.Import(Request with { Mean = [0.25f], Std = [0.5f] });
        Assert.Equal((RunKind.Imported, RunStatus.Completed, "foreign"), (run.Record.Kind, run.Status, run.Name));
        Assert.Equal(
            new ImageInput(new ImageShape(6, 6, 1), new InputNormalization([0.25f], [0.5f])), run.Record.Program.Input);
        Assert.Equal(3 * 36 + 3, run.Record.Program.Parameters);
        Assert.Empty(run.ReadMetrics());
        Checkpoint checkpoint = Assert.Single(run.Checkpoints);
        Assert.Equal(0, checkpoint.Step);
        Assert.Equal(File.ReadAllBytes(Weights), File.ReadAllBytes(checkpoint.File));

        using ExampleStore store = run.OpenExamples();
        ExampleSet test = run.TestSet(store);
        Predictions predictions = Predictions.TryOpen(run, "test")!;
        int correct = 0;
        for (int i = 0; i < test.Count; i++)
        {
            double[] expected = Logits(test.Image(i), 0.25, 0.5);
            for (int c = 0; c < 3; c++)
                Assert.Equal(expected[c], predictions.Logits(i)[c], 1e-4);
            correct += Array.IndexOf(expected, expected.Max()) == test.Label(i) ? 1 : 0;
        }

        Assert.Equal(correct / (double)test.Count, run.Record.Final!.TestAccuracy);
    }

    [Fact]
    public void Normalization_is_that_of_the_training_split_unless_given()
    {
        WriteWeights();
        Run run = SmallRuns.Import(Request);
        using ExampleStore store = run.OpenExamples();
        Assert.Equal(ModelInput.Of(store), run.Record.Program.Input);
    }

    [Theory]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.BF16)]
    public void Half_precision_is_widened_and_said(ElementType type)
    {
        var writer = new SafetensorsWriter();
        writer.Add("fc1.weight", type, [3, 36], stream => stream.Write(Halves(type, _weight)));
        writer.Add("fc1.bias", type, [3], stream => stream.Write(Halves(type, _bias)));
        writer.Save(Weights);
        List<string> remarks = [];
        Run run = SmallRuns.Import(Request with { Remark = remarks.Add });
        Assert.Equal(
            $"2 tensors of the weights are {type} and were widened to F32, which changes no number.", Assert.Single(remarks));
        using SafetensorsFile kept = SafetensorsFile.Open(run.Checkpoints[0].File);
        float[] found = kept.ReadSingles("fc1.weight");
        for (int i = 0; i < _weight.Length; i++)
            Assert.Equal(type == ElementType.F16 ? (float)(Half)_weight[i] : Truncated(_weight[i]), found[i]);
        run.LoadModel().Dispose();
    }

    [Theory]
    [InlineData("module.", "module.")]
    [InlineData("_orig_mod.", "_orig_mod.")]
    [InlineData("module._orig_mod.", "module.", "_orig_mod.")]
    public void Prefix_of_a_wrapper_is_taken_off_when_asked(string prefix, params string[] stripped)
    {
        WriteWeights();
        Run plain = SmallRuns.Import(Request with { Name = "plain" });
        var writer = new SafetensorsWriter();
        writer.Add(prefix + "fc1.weight", _weight, 3, 36);
        writer.Add(prefix + "fc1.bias", _bias, 3);
        writer.Save(Weights);
        var refused = Assert.Throws<TessarException>(() => SmallRuns.Import(Request));
        Assert.Equal([new Remedy(RemedyKind.ChangeArgument, "strip-prefix", prefix)], refused.Remedies);
        List<string> remarks = [];
        Run run = SmallRuns.Import(Request with { StripPrefixes = stripped, Remark = remarks.Add });
        Assert.Contains("was taken off all 2 names", Assert.Single(remarks), StringComparison.Ordinal);
        Assert.Equal(
            Predictions.TryOpen(plain, "test")!.Logits(0).ToArray(), Predictions.TryOpen(run, "test")!.Logits(0).ToArray());
    }

    [Fact]
    public void Prefix_that_a_name_does_not_have_or_that_makes_two_one_is_refused()
    {
        WriteWeights();
        var none = Assert.Throws<TessarException>(() => SmallRuns.Import(Request with { StripPrefixes = ["module."] }));
        Assert.Contains("2 of 2 names don't begin with `module.`: fc1.bias, fc1.weight", none.Message, StringComparison.Ordinal);
        var writer = new SafetensorsWriter();
        writer.Add("a.fc1.bias", _bias, 3);
        writer.Add("b.fc1.bias", _bias, 3);
        writer.Save(Weights);
        var twice = Assert.Throws<TessarException>(() => SmallRuns.Import(Request with { StripPrefixes = ["a.", "b."] }));
        Assert.Contains("is `fc1.bias`, which is there already", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tied_weights_are_taken_under_both_names_or_one_and_refused_when_they_differ()
    {
        Type type = typeof(Data.UserModels.TiedLayers);
        ImportRequest request = Request with { Model = $"{type.Assembly.Location}#{type.FullName}" };
        float[] square = [.. Enumerable.Range(0, 256).Select(i => MathF.Sin(i))], other = [.. square.Select(x => -x)];
        void Write(float[]? second)
        {
            var writer = new SafetensorsWriter();
            writer.Add("first.weight", square, 16, 16);
            if (second is not null)
                writer.Add("second.weight", second, 16, 16);
            writer.Add("first.bias", new float[16], 16);
            writer.Add("second.bias", new float[16], 16);
            writer.Add("head.weight", new float[48], 3, 16);
            writer.Add("head.bias", _bias, 3);
            writer.Save(Weights);
        }

        Write(square);
        Run both = SmallRuns.Import(request with { Name = "both" });
        Assert.Equal(File.ReadAllBytes(Weights), File.ReadAllBytes(both.Checkpoints[0].File));
        Assert.Equal(256 + 16 + 16 + 48 + 3, both.Record.Program.Parameters);
        Write(null);
        List<string> remarks = [];
        Run one = SmallRuns.Import(request with { Name = "one", Remark = remarks.Add });
        Assert.Contains(
            "`second.weight` isn't among the weights; it is tied to `first.weight`", Assert.Single(remarks),
            StringComparison.Ordinal);
        one.LoadModel().Dispose();
        Write(other);
        var error = Assert.Throws<TessarException>(() => SmallRuns.Import(request with { Name = "none" }));
        Assert.Contains(
            "`first.weight` and `second.weight` are one tensor in the model but differ in the file", error.Message,
            StringComparison.Ordinal);
        Assert.Contains(Weights, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Halves(ElementType type, float[] values) =>
        [.. values.SelectMany(x =>
            BitConverter.GetBytes(type == ElementType.F16
                ? BitConverter.HalfToUInt16Bits((Half)x)
                : (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16)))];

    private static float Truncated(float x) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFF0000);

    [Fact]
    public void Weights_that_do_not_fit_are_refused_before_anything_is_written()
    {
        var writer = new SafetensorsWriter();
        writer.Add("fc1.weight", _weight, 36, 3);
        writer.Add("fc9.bias", _bias, 3);
        writer.Save(Weights);
        var error = Assert.Throws<TessarException>(() => SmallRuns.Import(Request));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(
            "`fc1.bias` [3] is missing; `fc9.bias` isn't part of the model; `fc1.weight` has shape [36, 3], required is [3, 36]",
            error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs")));
    }

    [Theory]
    [InlineData("pickle", "expected")]
    [InlineData("missing", "can't be opened")]
    public void Unusable_weight_file_is_named(string kind, string expected)
    {
        if (kind == "pickle")
            File.WriteAllBytes(Weights, [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]);
        TessarException error = Assert.ThrowsAny<TessarException>(() => SmallRuns.Import(Request));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(Weights, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs")));
    }

    [Fact]
    public void Weight_that_is_not_finite_is_refused()
    {
        _weight[40] = float.NaN;
        WriteWeights();
        Assert.Contains(
            "`fc1.weight` isn't finite at [1, 4]", Assert.Throws<NumericalException>(() => SmallRuns.Import(Request)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Name_that_is_taken_is_refused_and_the_run_left_alone()
    {
        WriteWeights();
        SmallRuns.Import(Request);
        var error = Assert.Throws<TessarException>(() => SmallRuns.Import(Request));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains("There is a run `foreign` already", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Completed, Run.Open(_folder.File("runs/foreign")).Status);
        Assert.Equal("weights-1", SmallRuns.Import(Request with { Name = null }).Name);
    }

    [Theory]
    [InlineData(1, 0f, "standard deviation of channel 0 is 0")]
    [InlineData(1, -1f, "standard deviation of channel 0 is -1")]
    [InlineData(3, 1f, "3 standard deviations, the images have 1 channels")]
    public void Normalization_that_cannot_be_is_refused(int count, float std, string expected)
    {
        WriteWeights();
        var error = Assert.Throws<TessarException>(() =>
            SmallRuns.Import(Request with { Std = [.. Enumerable.Repeat(std, count)] }));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Imported_run_cannot_be_resumed()
    {
        WriteWeights();
        Run run = SmallRuns.Import(Request);
        var error = Assert.Throws<TessarException>(() => SmallRuns.Resume(run));
        Assert.Contains("imported", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Completed, Run.Open(run.Directory).Status);
    }

    [Fact]
    public void Importing_leaves_no_tensors_behind()
    {
        WriteWeights();
        TensorBalance.HoldsButFor(parametersBuilt: 2, () => SmallRuns.Import(Request with { Name = null }));
    }

    private void WriteWeights()
    {
        var writer = new SafetensorsWriter();
        writer.Add("fc1.weight", _weight, 3, 36);
        writer.Add("fc1.bias", _bias, 3);
        writer.Save(Weights);
    }

    private double[] Logits(ReadOnlySpan<byte> pixels, double mean, double std)
    {
        var logits = new double[3];
        for (int c = 0; c < 3; c++)
        {
            logits[c] = _bias[c];
            for (int i = 0; i < 36; i++)
                logits[c] += _weight[c * 36 + i] * (pixels[i] / 255.0 - mean) / std;
        }

        return logits;
    }
}
