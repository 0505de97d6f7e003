using Tessar.Methods;
using Tessar.Operators.Kronecker;
using TorchSharp;
using static Tessar.Tests.Operators.Kronecker.TinyModels;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators.Kronecker;

public sealed class CurvatureFitTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly FixedSource _source;

    public CurvatureFitTests()
    {
        random.manual_seed(4);
        _model = Tied(sharesWeight: true);
        _source = new FixedSource(_model, Images(20), Classes, Labels(20));
    }

    public void Dispose()
    {
        _source.Dispose();
        _model.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    // Stopped after every batch of both passes in turn; each call goes on where the last one stopped, to the same bits.
    [Fact]
    public void Interrupted_passes_go_on_where_they_stopped()
    {
        using KroneckerCurvature whole = Fit(_source);
        var files = new FactorFiles(_folder.File("factors"));
        int before = _source.Runs, interruptions = 0;
        while (true)
        {
            using var stop = new CancellationTokenSource();
            int heard = 0;
            MethodContext context = Context with
            {
                Cancellation = stop.Token,
                Progress = new Listener<MethodProgress>(progress =>
                {
                    if (progress.Unit == "examples" && progress.Done < progress.Total && ++heard == 1)
                        stop.Cancel();
                }),
            };
            try
            {
                using KroneckerCurvature resumed = Fit(_source, files: files, context: context);
                Assert.Equal(6, interruptions);
                Assert.Equal(8, _source.Runs - before);
                for (int b = 0; b < whole.Shapes.Count; b++)
                    Assert.True(whole.Values[b].Equals(resumed.Values[b]));
                break;
            }
            catch (OperationCanceledException)
            {
                interruptions++;
            }
        }

        Assert.Equal(
            ["covariances.safetensors", "eigenvalues.safetensors", "eigenvectors.safetensors"],
            Directory.EnumerateFiles(_folder.File("factors")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Kept_factors_are_taken_as_they_are_and_serve_both_factorizations()
    {
        var files = new FactorFiles(_folder.File("factors"));
        using KroneckerCurvature first = Fit(_source, files: files);
        int runs = _source.Runs;
        List<MethodProgress> heard = [];
        using KroneckerCurvature again = Fit(
            _source, files: files, context: Context with { Progress = new Listener<MethodProgress>(heard.Add) });
        using KroneckerCurvature kfac = Fit(_source, isKfac: true, files: files);
        Assert.Equal(runs, _source.Runs);
        Assert.Equal(["covariances", "eigenvectors", "eigenvalues"], heard.Select(h => h.Stage));
        Assert.All(heard, h => Assert.Equal(h.Total, h.Done));
        for (int b = 0; b < first.Shapes.Count; b++)
            Assert.True(first.Values[b].Equals(again.Values[b]));
        Assert.Equal(first.TraceGap, again.TraceGap);
    }

    [Fact]
    public void Damaged_files_are_refused_naming_them()
    {
        var files = new FactorFiles(_folder.File("factors"));
        Fit(_source, files: files).Dispose();
        string path = Path.Combine(_folder.File("factors"), "eigenvalues.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);
        FileFormatException e = Assert.Throws<FileFormatException>(() => Fit(_source, files: files));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    // Two models as one: means over both.
    [Fact]
    public void Several_sources_are_one_larger_set()
    {
        using var half = new FixedSource(_model, Images(20), Classes, Labels(20));
        using KroneckerCurvature both = new CurvatureFit(
            _source.Blocks.Shapes, [() => new Borrowed(_source), () => new Borrowed(half)], 20, 6, ScalarType.Float64, null,
            Context).Fit(isKfac: false);
        using var sums = new CovarianceSums(_source.Blocks.Shapes);
        sums.Add(_source.Blocks, _source.Run(0, 20, 0));
        sums.Add(half.Blocks, half.Run(0, 20, 0));
        using Eigenbasis basis = Eigenbasis.Of(sums, ScalarType.Float64, Context);
        using var values = new EigenvalueSums(_source.Blocks.Shapes);
        values.Add(_source.Blocks, _source.Run(0, 20, 1), basis);
        values.Add(half.Blocks, half.Run(0, 20, 1), basis);
        for (int b = 0; b < both.Shapes.Count; b++)
            Assert.InRange(
                Largest(both.Values[b].sort(1).Values - (values.Values[b] / 40).sort(1).Values), 0,
                1e-10 * Largest(both.Values[b]));
    }

    [Fact]
    public void Large_layers_are_refused_with_advice_and_bytes()
    {
        TessarException side = Assert.Throws<TessarException>(() =>
            CurvatureFit.CheckMemory([new BlockShape("wide.weight", ["wide.weight"], 4, 8193, true)], 1, Context));
        Assert.Equal(ErrorKind.Usage, side.Kind);
        Assert.Contains(
            "wide.weight has a side of 8193 entries; eigenvectors are computed up to 8192", side.Message,
            StringComparison.Ordinal);
        Assert.Contains("data/logra", side.Message, StringComparison.Ordinal);
        TessarException bytes = Assert.Throws<TessarException>(() =>
            CurvatureFit.CheckMemory([new BlockShape("a", ["a"], 100, 1000, true)], 1, Context with { MemoryBudget = 1000 }));
        Assert.Equal(ErrorKind.Environment, bytes.Kind);
        // (4 + 8)·(1000² + 100²) + 16·1000·100 + 24·1000².
        Assert.Contains("need 37,720,000 bytes; the memory budget is 1,000", bytes.Message, StringComparison.Ordinal);
        // Diagonal blocks may be of any size.
        CurvatureFit.CheckMemory([new BlockShape("embedding", ["embedding"], 1, 100_000, false)], 1, Context);
    }

    [Fact]
    public void Singular_curvature_needs_damping_and_dead_blocks_add_nothing()
    {
        using var few = new FixedSource(_model, Images(3), Classes, Labels(3));
        using KroneckerCurvature curvature = Fit(few);
        NumericalException e = Assert.Throws<NumericalException>(() => curvature.Inverses(0));
        Assert.Contains("The curvature of first.weight, first.bias has eigenvalues from", e.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.SetMethodOption, "damping", "0.1")], e.Remedies);
        curvature.Values[0].zero_();
        (Tensor[] inverses, double[] dampings) = curvature.Inverses(0.1);
        Assert.Equal(0, dampings[0]);
        Assert.Equal(0, Largest(inverses[0]));
        curvature.Values[1][0, 0] = double.NaN;
        Assert.Contains(
            "isn't finite", Assert.Throws<NumericalException>(() => curvature.Inverses(0.1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_that_are_no_numbers_are_refused_naming_the_layer()
    {
        Tensor images = Images(6);
        images[2, 0, 0, 0] = double.PositiveInfinity;
        using var source = new FixedSource(_model, images, Classes, Labels(6));
        NumericalException e = Assert.Throws<NumericalException>(() => Fit(source));
        Assert.Contains("The covariances of first.weight aren't finite", e.Message, StringComparison.Ordinal);
    }

    // Of 20,000 draws a class with probability p gets 20,000·p, within five standard errors; passes draw independently of each
    // other.
    [Fact]
    public void Labels_are_drawn_with_the_models_probabilities()
    {
        const int n = 20_000;
        Tensor images = rand([n, 1, 2, 2], ScalarType.Float32), logits = tensor(new[] { 0.0, 1.5, -1, 0.3 }).unsqueeze(0)
            .expand(n, 4);
        double[] p = logits[0].softmax(0).data<double>().ToArray();
        double[] u0 = Uniforms(images, 1, 7, 0);
        Assert.Equal(u0, Uniforms(images, 1, 7, 0));
        long[] first = Draw(0), second = Draw(1);
        for (int c = 0; c < 4; c++)
        {
            Assert.Equal(n * p[c], first.Count(y => y == c), 5 * Math.Sqrt(n * p[c] * (1 - p[c])));
            double both = p[c] * p[c];
            Assert.Equal(
                n * both, first.Zip(second).Count(pair => pair.First == c && pair.Second == c),
                5 * Math.Sqrt(n * both * (1 - both)));
        }

        // A draw belongs to the picture, wherever it stands; other seeds and checkpoints draw others.
        Assert.Equal(u0[100..110], Uniforms(images.narrow(0, 100, 10), 1, 7, 0));
        Assert.NotEqual(u0[0], Uniforms(images, 2, 7, 0)[0]);
        Assert.NotEqual(u0[0], Uniforms(images, 1, 8, 0)[0]);
        Assert.Equal(3, Tessar.Tasks.SoftmaxCrossEntropy.ClassAt(logits.narrow(0, 0, 1), [1 - 1e-17]).item<long>());

        long[] Draw(int pass) => new Tessar.Tasks.SoftmaxCrossEntropy()
            .Draw(logits, LabelDraws.Streams(LabelDraws.Keys(images), 1, 7, pass)).data<long>().ToArray();

        static double[] Uniforms(Tensor inputs, ulong seed, ulong checkpoint, int pass) =>
            [.. LabelDraws.Streams(LabelDraws.Keys(inputs), seed, checkpoint, pass).Select(stream => stream.NextDouble())];
    }
}
