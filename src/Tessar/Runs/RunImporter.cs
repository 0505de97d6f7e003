using System.Diagnostics;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tasks;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>Makes a run of weights that were trained elsewhere, for instance in PyTorch. Loads libtorch.</summary>
/// <example><code>
/// Run run = RunImporter.Import(new ImportRequest
/// {
///     Weights = "cnn.safetensors", Model = "cnn", Data = "fashion-mnist-mini", Name = "foreign", Mean = [0.2860f], Std =
/// [0.3530f], });
/// </code></example>
public static class RunImporter
{
    /// <summary>Compares the weights with the model, tests them, and copies them into a new run.</summary>
    /// <param name="request">The weights, and what they belong to.</param>
    /// <param name="progress">Receives the number of test examples done.</param>
    /// <param name="cancellation">Stops before the run is made.</param>
    /// <returns>A completed run with one checkpoint, no history, and the predictions of its test set.</returns>
    /// <exception cref="FileFormatException">The weights aren't safetensors, or the data set is damaged.</exception>
    /// <exception cref="NumericalException">A weight or a logit isn't finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TessarException">
    /// The weights don't fit the model (every difference is named); no such model, data or range; the name is taken.
    /// </exception>
    public static Run Import(ImportRequest request, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string runs = request.RunsDirectory ?? RunCatalog.DefaultDirectory;
        ModelSource source = ModelSource.Parse(request.Model);
        using ExampleStore store = DataCatalog.Open(request.Data, cancellation: cancellation);
        ITask task = TaskCatalog.Of(request.Task, store);
        ExampleSet train = ExampleSet.Parse(store, request.Train), test = ExampleSet.Parse(store, request.Test);
        ModelInput input = Input(request, store);
        string name = request.Name ?? RunCatalog.FreeName($"{Path.GetFileNameWithoutExtension(request.Weights)}", runs);
        RunNames.Check(name);
        (Module<Tensor, Tensor> built, ModelFeed feed) = source.Build(input, task, seed: 0, feed: null);
        using Module<Tensor, Tensor> model = built;
        if (feed.Remark($"Model `{source.Name}`", input) is { } fed)
            request.Remark?.Invoke(fed);
        UnregisteredState unregistered = UnregisteredState.Of(model);
        unregistered.ThrowIfTrainable(source.Name);
        if (UnregisteredState.RemarkOn(unregistered.Names) is { } remark)
            request.Remark?.Invoke(remark);
        using var weights = ForeignWeights.Prepare(request, model);
        weights.LoadInto(model);
        (ReferenceInputs reference, byte[] inputs) = ReferenceOutputs.Take(test, input);
        var watch = Stopwatch.StartNew();
        float[] logits = Predictor.Logits(model, test, input, task, progress, cancellation);
        double seconds = watch.Elapsed.TotalSeconds;
        Measured measured = task.Of(logits, test);

        var record = new RunRecord
        {
            Schema = RunRecord.CurrentSchema,
            Name = name,
            Kind = RunKind.Imported,
            Status = RunStatus.Running,
            Created = DateTimeOffset.UtcNow,
            Program = new TrainingProgram
            {
                Model = source.Name,
                Parameters = DistinctParameters.Of(model).Sum(p => p.Value.numel()),
                Data = DataReference.Of(request.Data, train, test),
                Input = input,
                Task = task.Name == TaskCatalog.Usual ? null : task.Name,
                Feed = feed.Recorded,
            },
            Identity = new ModelIdentity { Code = source.Code, Unregistered = unregistered.Names, Inputs = reference },
            Classes = [.. task.Outputs],
            Checkpoints = [],
            Versions = RunEnvironment.Versions(),
            Machine = RunEnvironment.Machine(),
        };
        using RunWriter writer = RunWriter.Create(
            runs, record, labels: null,
            folder => AtomicFile.Write(Path.Combine(folder, reference.File), stream => stream.Write(inputs)));
        writer.CopyCheckpoint(weights.Path, model);
        writer.Finish(RunStatus.Completed, FinalMetrics.Of(trained: null, measured, seconds));
        Run run = Run.Open(writer.Directory);
        Predictions.Save(run, run.Checkpoints[^1], test, logits, seconds);
        return run;
    }

    private static ModelInput Input(ImportRequest request, ExampleStore store)
    {
        var encoding = new Dictionary<string, IReadOnlyList<float>>(StringComparer.Ordinal);
        if (request.Mean is { } mean)
            encoding.Add("mean", mean);
        if (request.Std is { } std)
            encoding.Add("std", std);
        ModelInput input = ModelInput.Of(store, encoding);
        return input.Objection is { } objection ? throw new TessarException(objection, ErrorKind.Usage) : input;
    }
}

/// <summary>What <see cref="RunImporter"/> is asked to do.</summary>
public sealed record ImportRequest
{
    /// <summary>
    /// A safetensors file with exactly the model's parameters and buffers. F16 and BF16 become F32 where the model computes in
    /// F32; of parameters that are tied in the model it may hold one or all, if they are equal.
    /// </summary>
    public required string Weights { get; init; }

    /// <summary>
    /// What wrappers put before every name, such as <c>module.</c> or <c>_orig_mod.</c>: taken off as often as a name begins with
    /// one of them. Every name has to begin with one. None by default.
    /// </summary>
    public IReadOnlyList<string> StripPrefixes { get; init; } = [];

    /// <summary>Hears what was done to the weights to make them fit; nobody by default.</summary>
    public Action<string>? Remark { get; init; }

    /// <summary>The architecture: a name of the zoo, or <c>path/my.dll#My.Net</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The data it was trained on: a name of the catalogue, or a <c>.tess</c> file.</summary>
    public required string Data { get; init; }

    /// <summary>What turns answers and targets into a loss, by name; <c>classification</c> by default.</summary>
    public string Task { get; init; } = TaskCatalog.Usual;

    /// <summary>The run's name; by default the file's with a number.</summary>
    public string? Name { get; init; }

    /// <summary>Mean per channel of the pixels scaled to 0..1, as in training; by default the training split's own.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>Standard deviation per channel, likewise.</summary>
    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>The examples it was trained on; the whole training split by default.</summary>
    public string Train { get; init; } = "train";

    /// <summary>The examples to test it on; the whole test split by default.</summary>
    public string Test { get; init; } = "test";

    /// <summary>The folder of runs; <see cref="RunCatalog.DefaultDirectory"/> by default.</summary>
    public string? RunsDirectory { get; init; }
}
