using System.Globalization;
using System.Runtime.InteropServices;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens.Damping;

/// <summary>
/// The models of one program that explain, each kernel of theirs taken apart, and the outputs of those that judge.
/// </summary>
/// <remarks>
/// A kernel K = ΦΦᵀ is kept as eigenvalues Λ, U and B with Φ(ΦᵀΦ + λI)⁻¹φ(q) = U (Λ + λI)⁻¹ B for every λ: U = ΦV and B = Vᵀφ(q)
/// for features, U the eigenvectors and B = UᵀΦφ(q) for the exact kernel.
/// </remarks>
internal sealed class StudyModels : IDisposable
{
    // From here on the exact kernel and its eigenvectors are in fp32: the smallest damping is 10⁴ roundings.
    private const int Large = 4000;
    private static readonly int[] _widths = [512, 2048];

    private readonly string _folder;
    private readonly Run _run;
    private readonly ExampleStore _store;
    private readonly RetrainedModels _explaining;

    public StudyModels(string runs, DampingStudy.Job job)
    {
        _run = Run.Open(Path.Combine(runs, job.Name));
        _store = _run.OpenExamples();
        _folder = Path.Combine(runs, "kernels", job.Name);
        Directory.CreateDirectory(_folder);
        Train = _run.TrainSet(_store);
        Targets = new ExampleSet(_store, "test", 0, job.Targets);
        RetrainedModels[] all = [.. Directory.GetDirectories(Path.Combine(runs, "retrained")).Where(IsFinished)
            .Select(RetrainedModels.Open).Where(IsOfRun)];
        _explaining = all.Single(models => models.Record.KeepsWeights);
        RetrainedModels judging = all.Single(models =>
            !models.Record.KeepsWeights && models.Record.Repeats == job.Seeds && models.Record.Masks >= job.Subsets);
        ExampleMasks masks = judging.OpenMasks();
        Truth = SubsetOutputs.Of(judging, masks);
        Subsets = Math.Min(job.Subsets, masks.Count);
        Kinds = ["exact", .. _widths.Select(k => $"sketch{k}"), .. _widths.Where(k => k < Train.Count).Select(k => $"land{k}")];
        for (int c = 0; c < Count; c++)
            Compute(c);
        Times = [.. Enumerable.Range(0, Count).Select(c => TrainingTime.Of(new CheckpointView(_run, _explaining.CheckpointOf(c)), _store))];
    }

    /// <summary>Name of the run.</summary>
    public string Name => _run.Name;

    /// <summary>n examples.</summary>
    public ExampleSet Train { get; }

    /// <summary>m examples.</summary>
    public ExampleSet Targets { get; }

    /// <summary>What models trained on subsets answered.</summary>
    public SubsetOutputs Truth { get; }

    /// <summary>How many of the subsets count.</summary>
    public int Subsets { get; }

    /// <summary>The kernels.</summary>
    public IReadOnlyList<string> Kinds { get; }

    /// <summary>Models that explain.</summary>
    public int Count => _explaining.Count;

    /// <summary>τ of each; null where it isn't known.</summary>
    public IReadOnlyList<double?> Times { get; }

    /// <summary>Q of a model, [n].</summary>
    public float[] Factors(int model) => Load(model, "q");

    /// <summary>Λ, U and B of a kernel of a model, fp32, in the current dispose scope.</summary>
    public (Tensor Values, Tensor Vectors, Tensor Targets) Kernel(int model, string kind)
    {
        float[] values = Load(model, $"{kind}.l");
        return (
            tensor(values), tensor(Load(model, $"{kind}.u")).reshape(Train.Count, values.Length),
            tensor(Load(model, $"{kind}.b")).reshape(values.Length, Targets.Count));
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private static bool IsFinished(string folder)
    {
        string record = Path.Combine(folder, "retraining.json");
        return File.Exists(record) && RetrainingJson.Read(record).Finished is not null;
    }

    private bool IsOfRun(RetrainedModels models) =>
        models.Record.Program.Model == _run.Record.Program.Model
        && models.Record.Program.Data.Train == _run.Record.Program.Data.Train
        && (models.Record.KeepsWeights || models.Record.Program.Data.Test == Targets.ToString());

    private void Compute(int model)
    {
        if (File.Exists(PathOf(model, "done")))
            return;
        using DisposeScope scope = NewDisposeScope();
        var context = new MethodContext();
        using var gradients = new GradientModel(
            new CheckpointView(_run, _explaining.CheckpointOf(model)).Open(), Train, new ClassificationMargin(),
            UnsupportedParameters.Throw);
        ScalarType type = Train.Count < Large ? ScalarType.Float64 : ScalarType.Float32;
        (Tensor kernel, Tensor cross, Tensor q) = new SymmetricProducts(gradients, 128, context)
            .Of(Train, Targets, type, Train.Count);
        kernel.copy_(kernel.triu().add_(kernel.triu(1).t()));
        (Tensor values, Tensor vectors) = linalg.eigh(kernel);
        Save(model, "q", q);
        Save(model, "exact", values, vectors, vectors.t().mm(cross.to_type(type)));
        (CapturedBatch sample, _) = gradients.Run(Train, [0]);
        foreach (int width in _widths)
        {
            SaveFeatures(
                model, $"sketch{width}",
                new GradientSketch(gradients.Gradients, sample, width, 0, gradients.CheckpointNumber), gradients);
            if (width >= Train.Count)
                continue;
            using var landmarks = new LandmarkProjection(gradients, Train, width, 0, 128, context);
            SaveFeatures(model, $"land{width}", landmarks, gradients);
        }

        File.WriteAllText(PathOf(model, "done"), string.Empty);
    }

    private void SaveFeatures(int model, string kind, IGradientProjection projection, GradientModel gradients)
    {
        using DisposeScope scope = NewDisposeScope();
        var pass = new FeaturePass(gradients, projection, 128, new MethodContext());
        Tensor phi = pass.ToMemory(Train).to_type(ScalarType.Float64), targets = pass.ToMemory(Targets).to_type(ScalarType.Float64);
        (Tensor values, Tensor vectors) = linalg.eigh(phi.t().mm(phi));
        Save(model, kind, values, phi.mm(vectors), vectors.t().mm(targets.t()));
    }

    private void Save(int model, string kind, Tensor values, Tensor vectors, Tensor targets)
    {
        Save(model, kind + ".l", values);
        Save(model, kind + ".u", vectors);
        Save(model, kind + ".b", targets);
    }

    private void Save(int model, string name, Tensor numbers)
    {
        using Tensor single = numbers.to_type(ScalarType.Float32).contiguous();
        using FileStream stream = File.Create(PathOf(model, name));
        stream.Write(MemoryMarshal.AsBytes<float>(single.data<float>().ToArray()));
    }

    private float[] Load(int model, string name) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(PathOf(model, name))).ToArray();

    private string PathOf(int model, string name) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{model}.{name}"));
}
