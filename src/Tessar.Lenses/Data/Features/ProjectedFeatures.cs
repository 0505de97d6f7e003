using System.Globalization;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>
/// One checkpoint's projected gradients: those of the train set in a store that later calls reuse, those of targets in memory.
/// </summary>
internal sealed class ProjectedFeatures : IDisposable
{
    private readonly GradientModel _model;
    private readonly FeaturePass _pass;
    private bool _isStoreTaken;
    private readonly IGradientProjection? _projection;

    /// <summary>Opens the store of the train set, or computes it, or goes on where an interrupted call stopped.</summary>
    /// <exception cref="TessarException">
    /// k exceeds the number of parameters, another process writes the store, or the disk is full.
    /// </exception>
    public ProjectedFeatures(
        CheckpointView checkpoint, ExampleSet train, OutputFunction output, FeatureSettings settings, MethodContext context)
    {
        _model = new GradientModel(checkpoint.Open(), train, output, settings.Unsupported);
        try
        {
            int width = settings.Width;
            if (width > _model.Gradients.ParameterCount)
            {
                throw new TessarException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"projection-dimension is {width}, more than the {_model.Gradients.ParameterCount} parameters of "
                        + $"{checkpoint.Run.Record.Program.Model}; ")
                    + "at most as many are allowed. Choose a smaller one, or projection=none for exact inner products.",
                    ErrorKind.Usage)
                { Remedies = [new(RemedyKind.SetMethodOption, "projection", "none")] };
            }

            bool isLandmarks = settings.Projection == TrakProjection.Landmarks;
            var origin = new GradientStoreOrigin(
                checkpoint.Identity, train.Store.Identity, train.ToString(), ResultInputs.HashOfLabels(train), output.Name, width,
                isLandmarks ? "landmarks" : "sketch",
                settings.Seed, settings.NumberFormat == NumberFormat.F16 ? "f16" : "f32", settings.BatchSize,
                MethodOption.Write(settings.Unsupported));
            _projection = isLandmarks
                ? new LandmarkProjection(_model, train, width, settings.Seed, settings.BatchSize, context)
                : Plan(train, width, settings.Seed);
            _pass = new FeaturePass(_model, _projection, settings.BatchSize, context);
            string folder = Path.Combine(ResultFolder.StoreOf(checkpoint.Run, "data/trak"), $"features-{origin.ComputeKey()}");
            if (!GradientStore.IsFinished(folder))
                Computed = Compute(folder, origin, _projection, train, context);
            Store = GradientStore.Open(folder, origin);
        }
        catch
        {
            (_projection as IDisposable)?.Dispose();
            _model.Dispose();
            throw;
        }
    }

    /// <summary>The train set's features.</summary>
    public GradientStore Store { get; }

    /// <summary>Rows computed by this call.</summary>
    public int Computed { get; }

    /// <summary>See <see cref="GradientModel.GradientCheck"/>.</summary>
    public double GradientCheck => _model.GradientCheck;

    /// <summary>Features of other examples, shape [m, k]; the caller disposes them.</summary>
    public Tensor Of(ExampleSet targets) => _pass.ToMemory(targets);

    /// <summary>Hands the store over: the caller disposes it.</summary>
    public GradientStore TakeStore()
    {
        _isStoreTaken = true;
        return Store;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isStoreTaken)
            Store.Dispose();
        (_projection as IDisposable)?.Dispose();
        _model.Dispose();
    }

    private GradientSketch Plan(ExampleSet train, int width, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        (Autograd.CapturedBatch sample, _) = _model.Run(train, [0]);
        return new GradientSketch(_model.Gradients, sample, width, seed, _model.CheckpointNumber);
    }

    private int Compute(
        string folder, GradientStoreOrigin origin, IGradientProjection sketch, ExampleSet train, MethodContext context)
    {
        if (_model.SlowPath is { } slow)
            context.Warn?.Invoke(slow);
        else if (_model.Gradients.WhyUnsupported("left out of the gradient") is { } left)
            context.Warn?.Invoke(left);

        var header = new GradientStoreHeader
        {
            Origin = origin,
            Rows = train.Count,
            ScaleExponent = 0,
            Sketch = sketch.Description,
            Parameters = [.. _model.Gradients.Captured.Select(slot => slot.Name)],
            ParameterCount = _model.Gradients.ParameterCount,
            Skipped = _model.Skipped,
        };
        using var writer = new GradientStoreWriter(folder, header);
        if (writer.DamagedRows > 0)
        {
            context.Warn?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{writer.DamagedRows} rows of {folder}, whose writing was interrupted, are damaged; they are computed anew."));
        }

        int computed = _pass.Fill(writer, train);
        GradientStoreSummary summary = GradientStore.ReadHeader(folder).Summary!;
        if (summary.ZeroRows > 0.05 * train.Count)
        {
            context.Warn?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{summary.ZeroRows} of {train.Count} examples have a zero gradient: a dead model, or labels it is certain of."));
        }

        return computed;
    }
}
