using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>The shortened gradients of a train set and of targets under one checkpoint, one set of rows per projection.</summary>
/// <remarks>
/// Train rows are kept in memory while they take at most half of the budget, else in temporary files in the run's folder.
/// </remarks>
internal sealed class LayerFeatures : IDisposable
{
    private const int MeasuredExamples = 64;
    private readonly GradientModel _model;
    private readonly IReadOnlyList<LayerProjection> _parts;
    private readonly ShorteningPlan _pass;
    private readonly MethodContext _context;
    private readonly List<IDisposable> _owned = [];
    private readonly IFeatureRows[] _train;
    private readonly Action<int, Tensor>[] _writers;

    /// <summary>Computes the rows.</summary>
    /// <param name="model">The checkpoint and the output f.</param>
    /// <param name="parts">The projections; stay the caller's.</param>
    /// <param name="train">n examples.</param>
    /// <param name="targets">m examples, or null for none.</param>
    /// <param name="pass">How.</param>
    /// <param name="context">Progress, cancellation and limits.</param>
    public LayerFeatures(
        GradientModel model, IReadOnlyList<LayerProjection> parts, ExampleSet train, ExampleSet? targets, ShorteningPlan pass,
        MethodContext context)
    {
        (_model, _parts, _pass, _context) = (model, parts, pass, context);
        bool fits = parts.Sum(part => (long)part.Width) * train.Count * sizeof(float) <= context.MemoryBudget / 2;
        _train = new IFeatureRows[parts.Count];
        _writers = new Action<int, Tensor>[parts.Count];
        SumOfSquares = new double[parts.Count];
        Factors = Keep(empty(train.Count, dtype: ScalarType.Float64));
        Targets = [];
        try
        {
            for (int p = 0; p < parts.Count; p++)
                (_train[p], _writers[p]) = Place(
                    parts[p].Width, train.Count, fits, Path.Combine(pass.Folder, Path.GetRandomFileName()));
            Fill(train, "features", pass.AreLosses, (p, first, rows) =>
            {
                _writers[p](first, rows);
                SumOfSquares[p] += rows.square().sum(ScalarType.Float64).item<double>();
            });
            if (targets is not null)
            {
                Targets = [.. parts.Select(part => Keep(empty(targets.Count, part.Width, dtype: ScalarType.Float32)))];
                Fill(
                    targets, "targets", areLosses: false,
                    (p, first, rows) => Targets[p].narrow(0, first, rows.shape[0]).copy_(rows));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Rows of the train set, one set per projection.</summary>
    public IReadOnlyList<IFeatureRows> Train => _train;

    /// <summary>Rows of the targets, [m, width], one per projection; empty without targets.</summary>
    public IReadOnlyList<Tensor> Targets { get; }

    /// <summary>Q of the train set, [n], fp64.</summary>
    public Tensor Factors { get; }

    /// <summary>Σ of all squared entries of the train rows, per projection; 0 where no example has a gradient.</summary>
    public double[] SumOfSquares { get; }

    /// <summary>
    /// Mean squared length of shortened gradients over that of whole ones, on the first train examples; 1 when nothing was lost.
    /// </summary>
    public double KeptLength { get; private set; } = 1;

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
            owned.Dispose();
        _owned.Clear();
    }

    private Tensor Keep(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private (IFeatureRows Rows, Action<int, Tensor> Write) Place(int width, int count, bool fits, string path)
    {
        if (fits)
        {
            Tensor all = Keep(empty(count, width, dtype: ScalarType.Float32));
            return (new FeaturesInMemory(all), (first, rows) => all.narrow(0, first, rows.shape[0]).copy_(rows));
        }

        var file = new RowsInFile(path, count, width);
        _owned.Add(file);
        return (file, file.Write);
    }

    private void Fill(ExampleSet set, string stage, bool areLosses, Action<int, int, Tensor> write)
    {
        foreach (ExampleBatch part in set.Batches(_pass.BatchSize))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (int first, int count) = part;
            (CapturedBatch batch, Tensor q) = _model.Run(set, part.Indices);
            double kept = 0;
            for (int p = 0; p < _parts.Count; p++)
            {
                Tensor rows = _parts[p].Project(batch);
                CheckFinite(rows, _parts[p], set, first);
                if (stage == "features" && first == 0)
                    kept += rows.narrow(0, 0, Math.Min(count, MeasuredExamples)).square().sum(ScalarType.Float64).item<double>();
                write(p, first, areLosses ? rows * q.to_type(ScalarType.Float32).unsqueeze(1) : rows);
            }

            if (stage == "features")
            {
                Factors.narrow(0, first, count).copy_(q);
                if (first == 0)
                    Measure(batch, kept, Math.Min(count, MeasuredExamples));
            }

            _context.Progress?.Report(new MethodProgress(stage, first + count, set.Count, "examples"));
        }
    }

    private void Measure(CapturedBatch batch, double kept, int examples)
    {
        double whole = GradientFactors.Of(_model.Gradients, batch).SquaredNorms().narrow(0, 0, examples).sum(ScalarType.Float64)
            .item<double>();
        KeptLength = whole > 0 ? kept / whole : 1;
    }

    private static void CheckFinite(Tensor rows, LayerProjection part, ExampleSet set, int first)
    {
        if (FiniteRows.FirstOverflow(rows) is not { } bad)
            return;
        throw new NumericalException(string.Create(
            CultureInfo.InvariantCulture,
            $"The gradient of example {set.Split}:{set.First + first + bad} isn't finite in "
                + $"{string.Join(", ", part.Parameters)}. ")
            + "Look at this example, and for overflow in these layers.");
    }
}
