using System.Diagnostics;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens;

/// <summary>
/// What is lost when the exact kernel of a trained mlp is replaced by features of k numbers, at equal k and so at equal memory.
/// </summary>
/// <remarks>
/// Relative error ‖K̃ − K‖/‖K‖ (Frobenius); of the ten strongest proponents by exact TRAK scores, the share found; mean Pearson
/// correlation of a target's scores with the exact ones, at three dampings; 0.3 is TRAK's default. Contenders: the shipped
/// sketch; a count-sketch of the whole gradient; one for each layer with a share of k after its squared norm; landmarks (Nyström)
/// with exact cross products; half landmarks, half a sketch of what they leave.
/// </remarks>
internal static class KernelCurve
{
    private static readonly double[] _dampings = [0.03, 0.3, 3];

    public static object Run()
    {
        string folder = Path.Combine(TessarTool.Root, "runs", "data-lens-study");
        Directory.CreateDirectory(folder);
        new TessarTool(folder).TrainOnce(
            "trak-mlp", "--model", "mlp", "--data", "fashion-mnist-mini", "--epochs", "10", "--batch", "64", "--optimizer", "sgd",
            "--lr", "0.05", "--seed", "1");
        using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
        Runs.Run run = Runs.Run.Open(Path.Combine(folder, "trak-mlp"));
        return new
        {
            model = "mlp, 10 epochs on fashion-mnist-mini",
            dampings = _dampings,
            curves = new[] { Curve(run, store, 2_000, [256, 512, 1024, 2048], dense: true), Curve(
                run, store, 10_000, [512, 1024, 2048, 4096], dense: false) },
        };
    }

    private static object Curve(Runs.Run run, ExampleStore store, int examples, int[] widths, bool dense)
    {
        using DisposeScope scope = NewDisposeScope();
        var train = new ExampleSet(store, "train", 0, examples);
        var targets = new ExampleSet(store, "test", 0, 200);
        using var model = new GradientModel(
            new CheckpointView(run, run.Checkpoints[^1]).Open(), train, new ClassificationMargin(), UnsupportedParameters.Throw);
        (Tensor kernel, Tensor cross, Tensor q) = new SymmetricProducts(model, 128, new MethodContext())
            .Of(train, targets, ScalarType.Float64, examples);
        kernel.copy_(kernel.triu().add_(kernel.triu(1).t()));
        Tensor[] exact = [.. _dampings.Select(damping => Scores(kernel, cross, q, damping))];
        List<object> points = [];
        foreach (int width in widths)
        {
            Add("sketch", width, () => Sketch(model, train, targets, width));
            if (dense)
            {
                Add("count-sketch", width, () => CountSketch(model, train, targets, width, perLayer: false));
                Add("count-sketch per layer", width, () => CountSketch(model, train, targets, width, perLayer: true));
            }

            if (width < examples)
                Add("landmarks", width, () => Landmarks(kernel, cross, width).Features);
            Add("landmarks and sketch", width, () => WithSketch(model, train, targets, kernel, cross, width));
        }

        return new { examples, targets = targets.Count, points };

        void Add(string kind, int width, Func<(Tensor Train, Tensor Targets)> features)
        {
            using DisposeScope one = NewDisposeScope();
            var watch = Stopwatch.StartNew();
            (Tensor phi, Tensor target) = features();
            double seconds = watch.Elapsed.TotalSeconds;
            (phi, target) = (phi.to_type(ScalarType.Float64), target.to_type(ScalarType.Float64));
            Tensor approximate = phi.mm(phi.t());
            double error = ((approximate - kernel).norm() / kernel.norm()).item<double>();
            (double TopTen, double Correlation)[] at = [.. _dampings.Select((damping, d) =>
                Agreement(Scores(approximate, phi.mm(target.t()), q, damping), exact[d]))];
            points.Add(new
            {
                kind, width, kernelError = error, topTen = at.Select(x => x.TopTen)
                .ToArray(), correlation = at.Select(x => x.Correlation).ToArray(), seconds
            });
            Console.Error.WriteLine(
                $"{examples} {kind} {width}: {error:0.000} "
                    + $"{string.Join(' ', at.Select(x => $"{x.TopTen:0.000} {x.Correlation:0.000}"))} {seconds:0.0}s");
        }
    }

    private static (double TopTen, double Correlation) Agreement(Tensor scores, Tensor exact) =>
        (Top(scores).mul(Top(exact)).sum().item<double>() / (10 * scores.shape[1]), Correlation(scores, exact));

    private static Tensor Scores(Tensor kernel, Tensor cross, Tensor q, double damping)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor system = kernel.clone();
        system.diagonal().add_(damping * kernel.diagonal().mean());
        Tensor factor = linalg.cholesky(system);
        Tensor solved = linalg.solve_triangular(factor.t(), linalg.solve_triangular(factor, cross, upper: false), upper: true);
        return (solved * q.to_type(ScalarType.Float64).unsqueeze(1)).MoveToOuterDisposeScope();
    }

    private static Tensor Top(Tensor scores)
    {
        Tensor indices = scores.topk(10, 0).indexes;
        return zeros_like(scores).scatter_(0, indices, ones_like(indices, dtype: scores.dtype));
    }

    private static double Correlation(Tensor a, Tensor b)
    {
        Tensor x = a - a.mean([0L], keepdim: true), y = b - b.mean([0L], keepdim: true);
        return ((x * y).sum(0L) / (x.square().sum(0L) * y.square().sum(0L)).sqrt()).mean().item<double>();
    }

    private static (Tensor Train, Tensor Targets) Sketch(GradientModel model, ExampleSet train, ExampleSet targets, int width)
    {
        (CapturedBatch sample, _) = model.Run(train, [0]);
        var pass = new FeaturePass(model, new GradientSketch(model.Gradients, sample, width, 0, 1), 128, new MethodContext());
        return (pass.ToMemory(train), pass.ToMemory(targets));
    }

    private static (Tensor Train, Tensor Targets) CountSketch(
        GradientModel model, ExampleSet train, ExampleSet targets, int width, bool perLayer)
    {
        ParameterSlot[] slots = [.. model.Gradients.Captured];
        int[] widths = [width];
        if (perLayer)
        {
            (CapturedBatch batch, _) = model.Run(train, [.. Enumerable.Range(0, 256)]);
            double[] norms = [.. slots.Select(slot => PerExampleGradients.Gradient(batch, slot).square().sum().item<float>())];
            widths = [.. norms.Select(norm => Math.Max(1, (int)(width * norm / norms.Sum())))];
        }

        uint[][] tables = perLayer
            ? [.. slots.Select((slot, s) => SketchHash.Table(SketchHash.Key(0, 1, s), slot.Count, widths[s]))]
            : [SketchHash.Table(SketchHash.Key(0, 1, 0), model.Gradients.ParameterCount, width)];
        return (Of(train), Of(targets));

        Tensor Of(ExampleSet set)
        {
            using DisposeScope scope = NewDisposeScope();
            List<Tensor> rows = [];
            for (int first = 0; first < set.Count; first += 128)
            {
                using DisposeScope inner = NewDisposeScope();
                (CapturedBatch batch, _) = model.Run(set, [.. Enumerable.Range(first, Math.Min(128, set.Count - first))]);
                Tensor[] gradients = [.. slots.Select(slot => PerExampleGradients.Gradient(batch, slot))];
                rows.Add((perLayer
                    ? cat([.. gradients.Select((g, s) => RowSketch.Of(g, tables[s], widths[s]))], 1)
                    : RowSketch.Of(cat(gradients, 1), tables[0], width)).MoveToOuterDisposeScope());
            }

            return cat(rows, 0).MoveToOuterDisposeScope();
        }
    }

    // φ_i = L⁻¹ k(i), LLᵀ the kernel of the landmarks: inner products with and between landmarks are exact.
    private static ((Tensor Train, Tensor Targets) Features, Tensor Chosen, Tensor Factor) Landmarks(
        Tensor kernel, Tensor cross, int width)
    {
        Tensor chosen = tensor(SketchHash.Subset(7, (int)kernel.shape[0], width));
        Tensor columns = kernel.index_select(1, chosen), own = columns.index_select(0, chosen);
        own.diagonal().add_(1e-6 * own.diagonal().mean());
        Tensor factor = linalg.cholesky(own);
        Tensor train = linalg.solve_triangular(factor, columns.t(), upper: false).t();
        Tensor targets = linalg.solve_triangular(factor, cross.index_select(0, chosen), upper: false).t();
        return ((train, targets), chosen, factor);
    }

    // P(g_i − Σ_l B_il g_l) = P g_i − B P G_L: a sketch of the part that landmarks don't reach.
    private static (Tensor Train, Tensor Targets) WithSketch(
        GradientModel model, ExampleSet train, ExampleSet targets, Tensor kernel, Tensor cross, int width)
    {
        ((Tensor phi, Tensor target), Tensor chosen, Tensor factor) = Landmarks(kernel, cross, width / 2);
        (Tensor sketch, Tensor targetSketch) = Sketch(model, train, targets, width / 2);
        Tensor atLandmarks = linalg.solve_triangular(
            factor, sketch.to_type(ScalarType.Float64).index_select(0, chosen), upper: false);
        return (
            cat([phi, sketch.to_type(ScalarType.Float64) - phi.mm(atLandmarks)], 1),
            cat([target, targetSketch.to_type(ScalarType.Float64) - target.mm(atLandmarks)], 1));
    }
}
