using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Data.UserModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>Weights, labels and models that a lens can't explain are refused, naming what is wrong.</summary>
public sealed class BadModelTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new("mlp");

    public static TheoryData<string> Methods => ["data/trak", "data/grad-dot"];

    public void Dispose() => _small.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public void Checkpoint_changed_after_its_store_was_built_is_refused_naming_the_file(string method)
    {
        Score(method, _small.View);
        string file = _small.Run.Checkpoints[0].File;
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        FileFormatException e = Assert.Throws<FileFormatException>(() => Score(method, _small.View));
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
        Assert.Contains("changed after it was recorded", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Weight_that_is_not_finite_is_refused_naming_it(string method)
    {
        // Saved by a program that doesn't look, as ours does.
        Run run = _small.Add("changed", "mlp", seed: 1);
        var writer = new SafetensorsWriter();
        using (SafetensorsFile file = SafetensorsFile.Open(run.Checkpoints[0].File))
        {
            foreach (TensorEntry entry in file.Entries)
            {
                float[] values = file.ReadSingles(entry.Name);
                if (entry.Name == "fc2.weight")
                    values[entry.Shape[1] + 2] = float.NaN;
                writer.Add(entry.Name, values, [.. entry.Shape]);
            }
        }

        writer.Save(run.Checkpoints[0].File);
        run = Record(run, record => record);
        NumericalException e = Assert.Throws<NumericalException>(() => Score(method, new RunView(run)));
        Assert.Contains("fc2.weight", e.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 2]", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_that_overflow_for_every_example_name_the_layer(string method)
    {
        Run run = With(state =>
        {
            state["fc1.weight"].mul_(1e20);
            state["fc3.weight"].mul_(1e20);
        });
        NumericalException e = Assert.Throws<NumericalException>(() => Score(method, new RunView(run)));
        Assert.Contains("The gradient of fc", e.Message, StringComparison.Ordinal);
    }

    // The first layer answers 1e30 times as much as one pixel of one example exceeds all others. At 1e9 the gradient of each
    // layer is still finite, their sum in the sketch isn't or, added up by one thread, only its square. At 1e-9 only the square
    // isn't.
    [Theory]
    [InlineData(1e-9)]
    [InlineData(1e9)]
    [InlineData(1e12)]
    public void Gradient_that_overflows_for_one_example_names_example_and_layer(double scale)
    {
        (int example, int pixel) = BrightestLonePixel();
        Run run = With(state =>
        {
            state["fc1.weight"][0, pixel] = 1e30;
            state["fc1.bias"][0] = -Threshold(pixel, example) * 1e30;
            state["fc2.weight"][0, 0] = 1;
            state["fc3.weight"][0, 0] = scale;
        });
        var trak = new Trak(new TrakOptions { ProjectionDimension = 64, BatchSize = 16, NumberFormat = NumberFormat.F32 });
        NumericalException e = Assert.Throws<NumericalException>(() =>
            trak.Score(new RunView(run), _small.Train, _small.Test, _context));
        Assert.Contains($"The gradient of example train:{example} isn't finite in", e.Message, StringComparison.Ordinal);
        Assert.Contains("fc", e.Message, StringComparison.Ordinal);
    }

    // Rows of a layer are shortened by its own projection, and what is made of them, too, of their squares.
    [Theory]
    [InlineData("data/logra", 1e-9)]
    [InlineData("data/logra", 1e9)]
    [InlineData("data/grass", 1e-9)]
    [InlineData("data/grass", 1e9)]
    public void Gradient_whose_square_overflows_for_one_example_is_named_by_methods_of_layers_too(string method, double scale)
    {
        (int example, int pixel) = BrightestLonePixel();
        Run run = With(state =>
        {
            state["fc1.weight"][0, pixel] = 1e30;
            state["fc1.bias"][0] = -Threshold(pixel, example) * 1e30;
            state["fc2.weight"][0, 0] = 1;
            state["fc3.weight"][0, 0] = scale;
        });
        NumericalException e = Assert.Throws<NumericalException>(() => Score(method, new RunView(run)));
        Assert.Contains($"The gradient of example train:{example} isn't finite in", e.Message, StringComparison.Ordinal);
        Assert.Contains("fc", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Label_outside_of_the_models_classes_names_the_example(string method)
    {
        // A run that was trained on two of the three classes, by whoever recorded it.
        Run run = _small.Add("two", "mlp", seed: 1);
        using (nn.Module<Tensor, Tensor> module = ModelSource.Parse("mlp").Create(ModelInput.Of(_small.Store), 2, 1))
            StateDict.Save(module, run.Checkpoints[0].File);
        run = Record(run, record => record with { Classes = ["top", "middle"] });
        int example = Enumerable.Range(0, SmallRun.TrainCount).First(i => _small.Train.Label(i) == 2);
        int target = Enumerable.Range(0, SmallRun.TestCount).First(i => _small.Test.Label(i) != 2);
        TessarException e = Assert.Throws<TessarException>(() =>
            MethodOf(method).Score(new RunView(run), _small.Train, new(_small.Store, "test", target, 1), _context));
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.Contains(
            $"Example train:{example} has label 2; the model knows classes 0 to 1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(WithUnknownLayer))]
    public void Layer_without_a_rule_is_computed_the_slow_way_and_said_so(Type type)
    {
        Run run = _small.Add("user", Name(type), seed: 1);
        var train = new ExampleSet(_small.Store, "train", 0, 20);
        List<string> warnings = [];
        MethodContext context = _context with { Warn = warnings.Add };
        AttributionMatrix scores = new Trak(new TrakOptions { ProjectionDimension = 64 })
            .Score(new RunView(run), train, _small.Test, context);
        Assert.Contains(
            "slope.weight: computed by one backward pass per example", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Empty(scores.Report.SkippedParameters);

        // Exact scores contain that layer's share.
        AttributionMatrix products = new GradDot(new GradDotOptions()).Score(new RunView(run), train, _small.Test, context);
        double[,] expected = Reference.GradDot(new RunView(run).Checkpoints[0], train, _small.Test);
        double scale = expected.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < train.Count; i++)
        {
            for (int j = 0; j < SmallRun.TestCount; j++)
                Assert.Equal(expected[i, j], products[i, j], 1e-5 * scale);
        }
    }

    [Fact]
    public void Layer_without_a_rule_can_be_refused_or_left_out()
    {
        var view = new RunView(_small.Add("user", Name(typeof(WithUnknownLayer)), seed: 1));
        GradientException e = Assert.Throws<GradientException>(() =>
            MethodOf("data/grad-dot", ("unsupported", "throw")).Score(view, _small.Train, _small.Test, _context));
        Assert.Contains("slope.weight", e.Message, StringComparison.Ordinal);
        AttributionMatrix scores = MethodOf("data/grad-dot", ("unsupported", "skip"))
            .Score(view, _small.Train, _small.Test, _context);
        Assert.Equal(["slope.weight"], scores.Report.SkippedParameters);
    }

    [Theory]
    [InlineData("data/trak", typeof(WithBatchMean), "examples of a batch interact")]
    [InlineData("data/grad-dot", typeof(WithBatchMean), "examples of a batch interact")]
    public void Gradients_that_differ_from_the_definition_are_refused(string method, Type type, string reason)
    {
        var view = new RunView(_small.Add("user", Name(type), seed: 1));
        GradientException e = Assert.Throws<GradientException>(() => Score(method, view));
        Assert.Contains("differ from one backward pass per example", e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    private static string Name(Type type) => $"{type.Assembly.Location}#{type.FullName}";

    private static IAttributionMethod MethodOf(string name, params (string Name, string Value)[] settings) =>
        new MethodCatalog(typeof(Trak).Assembly).CreateAttribution(name, SmallRun.Settings(settings));

    private void Score(string method, RunView view) =>
        MethodOf(method, method == "data/trak" ? [("projection-dimension", "64")] : [])
            .Score(view, _small.Train, _small.Test, _context);

    /// <summary>The small run with changed weights, recorded as such.</summary>
    private Run With(Action<IReadOnlyDictionary<string, Tensor>> change)
    {
        Run run = _small.Add("changed", "mlp", seed: 1);
        using (nn.Module<Tensor, Tensor> module = run.LoadModel())
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            change(module.state_dict());
            StateDict.Save(module, run.Checkpoints[0].File);
        }

        return Record(run, record => record);
    }

    /// <summary>Writes the record anew, with the hash of the checkpoint as it is.</summary>
    private static Run Record(Run run, Func<RunRecord, RunRecord> change)
    {
        string hash =
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(run.Checkpoints[0].File)));
        RunJson.Write(
            Path.Combine(run.Directory, RunJson.FileName),
            change(run.Record with { Checkpoints = [run.Record.Checkpoints[0] with { Sha256 = hash }] }));
        return Run.Open(run.Directory);
    }

    // The example, behind the four that are checked first, whose lead over all others in some pixel is largest.
    private (int Example, int Pixel) BrightestLonePixel() =>
        Enumerable.Range(0, 64).Select(pixel =>
        {
            int[] order = [.. Enumerable.Range(0, SmallRun.TrainCount).OrderByDescending(i => _small.Train.Image(i)[pixel])];
            return (
                Example: order[0], Pixel: pixel, Lead: _small.Train.Image(order[0])[pixel] - _small.Train.Image(order[1])[pixel]);
        }).Where(found => found.Example >= 4).MaxBy(found => found.Lead) is var best ? (best.Example, best.Pixel) : default;

    // Half way between that example's normalised pixel and the next largest one.
    private double Threshold(int pixel, int example)
    {
        byte next = Enumerable.Range(0, SmallRun.TrainCount).Where(i => i != example).Max(i => _small.Train.Image(i)[pixel]);
        return ((_small.Train.Image(example)[pixel] + next) / 2.0 / 255 - 0.5) / 0.25;
    }
}
