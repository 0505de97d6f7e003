using System.Security.Cryptography;
using System.Text;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Tasks;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>A recorded run: a folder with what was run, how it went, and the weights along the way.</summary>
/// <remarks>
/// A snapshot of <c>run.json</c> at the time of <see cref="Open(string)"/>; open it again to see a running one's progress.
/// Nothing here writes, and nothing but <see cref="LoadModel"/> loads libtorch. Safe for use from several threads.
/// </remarks>
/// <example><code>
/// Run run = Run.Open("runs/first");
/// Console.WriteLine($"{run.Name}: {run.Status}, accuracy {run.Record.Final?.TestAccuracy:P1}");
/// using ExampleStore store = run.OpenExamples();
/// using var model = run.LoadModel();
/// </code></example>
public sealed class Run
{
    private ITask? _task;

    private Run(string directory, RunRecord record, bool acceptsChangedModel)
    {
        Directory = directory;
        AcceptsChangedModel = acceptsChangedModel;
        Record = record;
        Checkpoints = [.. record.Checkpoints.Select(c => c with { File = Path.GetFullPath(Path.Combine(directory, c.File)) })];
    }

    /// <summary>The run's folder, a full path.</summary>
    public string Directory { get; }

    /// <summary>The run's name: that of its folder.</summary>
    public string Name => Path.GetFileName(Directory);

    /// <summary>The content of <c>run.json</c>.</summary>
    public RunRecord Record { get; }

    /// <summary>The rule that its answers are read by.</summary>
    /// <exception cref="TessarException">Nobody here knows the task that the record names.</exception>
    internal ITask Task => _task ??= TaskCatalog.Of(Record.Program.Task, Record.Classes);

    /// <summary>
    /// How far the run has come. A record that says running although no process writes it any more, because that process was
    /// killed, counts as <see cref="RunStatus.Interrupted"/>.
    /// </summary>
    public RunStatus Status =>
        Record.Status == RunStatus.Running && !RunLock.IsHeld(Directory) ? RunStatus.Interrupted : Record.Status;

    /// <summary>Whether its model may be another one than was trained: its results are then kept apart.</summary>
    public bool AcceptsChangedModel { get; }

    /// <summary>What this run's record can't say because an older version wrote it; null when it lacks nothing.</summary>
    public string? Lacks => Record switch
    {
        { Schema: < 2 } => "It was recorded by an older version: changes of its files and of its model's code can't be noticed.",
        { Identity: null } => "Nothing is recorded of its model's code, so changes of it can't be noticed.",
        _ => null,
    };

    /// <summary>The checkpoints in order of their steps, with full paths.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints { get; }

    /// <summary>The metric file's full path; it may be missing.</summary>
    public string MetricsPath => Path.Combine(Directory, "metrics.arrows");

    /// <summary>Opens a run's folder.</summary>
    /// <param name="directory">The folder that holds <c>run.json</c>.</param>
    /// <exception cref="FileFormatException"><c>run.json</c> is damaged, was changed, or is of another schema.</exception>
    /// <exception cref="TessarException">There is no run.</exception>
    public static Run Open(string directory) => Open(directory, acceptChangedModel: false);

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="directory">The folder that holds <c>run.json</c>.</param>
    /// <param name="acceptChangedModel">
    /// Whether <see cref="LoadModel"/> takes a model whose code or answers aren't the recorded ones.
    /// </param>
    public static Run Open(string directory, bool acceptChangedModel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return new Run(full, RunJson.Read(Path.Combine(full, RunJson.FileName)), acceptChangedModel);
    }

    /// <summary>Opens the data the run was trained on and makes sure that they haven't changed.</summary>
    /// <returns>The store; the caller disposes of it.</returns>
    /// <exception cref="TessarException">The data are missing, or others than recorded.</exception>
    public ExampleStore OpenExamples()
    {
        DataReference data = Record.Program.Data;
        ExampleStore store = DataCatalog.Open(data.Path ?? data.Name);
        if (store.Identity == data.Identity)
            return store;
        string path = store.Path;
        string identity = store.Identity;
        store.Dispose();
        throw new TessarException(
            $"{path} isn't what the run {Name} was trained on: its identity is {identity}, recorded is {data.Identity}. "
            + "Put the original data set there, or train anew on this one.",
            ErrorKind.InputData);
    }

    /// <summary>Reads the labels that were edited for this run.</summary>
    /// <param name="store">The run's data.</param>
    /// <returns>The edits, or null when the store's own labels were used.</returns>
    /// <exception cref="FileFormatException">The file is damaged or belongs to other data.</exception>
    public LabelOverlay? OpenLabels(ExampleStore store)
    {
        if (Record.Program.Labels is not { } labels)
            return null;
        string path = Path.Combine(Directory, labels.File);
        LabelOverlay found = LabelOverlay.Load(path, store);
        if (found.Split == labels.Split && found.Seed == labels.Seed && found.Edits.Count == labels.Edits)
            return found;
        throw new FileFormatException(
            path, null, $"{labels.Edits} edits of `{labels.Split}` from seed {labels.Seed}, as recorded in run.json",
            $"{found.Edits.Count} of `{found.Split}` from seed {found.Seed}",
            "Restore the file from a copy, or train again under another name.");
    }

    /// <summary>The range of examples the run was trained on, with its labels; a mask may have left some of them out.</summary>
    /// <param name="store">The run's data; has to stay open.</param>
    /// <exception cref="ArgumentException">The recorded range doesn't lie in the data.</exception>
    /// <exception cref="TessarException">The labels can't be read, or are damaged.</exception>
    public ExampleSet TrainSet(ExampleStore store) => ExampleSet.Parse(store, Record.Program.Data.Train, OpenLabels(store));

    /// <summary>The examples the run is tested on, with its labels.</summary>
    /// <inheritdoc cref="TrainSet"/>
    public ExampleSet TestSet(ExampleStore store) => ExampleSet.Parse(store, Record.Program.Data.Test, OpenLabels(store));

    /// <summary>The examples the run saw in training: <see cref="TrainSet"/> without those that its mask leaves out.</summary>
    /// <exception cref="FileFormatException">The mask is damaged, or isn't the recorded one.</exception>
    internal ExampleSet ChosenSet(ExampleStore store) =>
        Record.Program.Mask is { } mask ? MaskFile.Apply(Directory, mask, TrainSet(store)) : TrainSet(store);

    /// <summary>The metrics logged so far.</summary>
    /// <returns>The rows in order; none for imported weights.</returns>
    /// <exception cref="FileFormatException">The metric file is damaged.</exception>
    public IReadOnlyList<MetricRow> ReadMetrics()
    {
        MetricsReference? recorded = Record.Metrics;
        try
        {
            return MetricReader.Read(MetricsPath, recorded);
        }
        catch (FileFormatException) when (Open(Directory).Record.Metrics is { } now && now != recorded)
        {
            // it was resumed, and its metrics were written anew, since this was opened
            return MetricReader.Read(MetricsPath, now);
        }
    }

    /// <summary>Builds the model and fills it with the weights of a checkpoint.</summary>
    /// <param name="checkpoint">One of <see cref="Checkpoints"/>; the last by default.</param>
    /// <returns>
    /// The module in evaluation mode, mapping inputs, of pictures [batch, channels, height, width], to logits [batch, classes];
    /// the caller disposes of it.
    /// </returns>
    /// <exception cref="FileFormatException">The checkpoint was changed after it was recorded, or is damaged.</exception>
    /// <exception cref="NumericalException">A weight isn't finite.</exception>
    /// <exception cref="TessarException">
    /// The run has no checkpoint; its file is missing; the model can't be built; the weights don't fit it; its code isn't that of
    /// then, or it answers otherwise than then.
    /// </exception>
    /// <remarks>
    /// Reads the file twice: once for its SHA-256, once for the weights. The model is built from the seed it was built from in
    /// training, so that what its constructor draws without registering it is drawn again. Loads libtorch.
    /// </remarks>
    public Module<Tensor, Tensor> LoadModel(Checkpoint? checkpoint = null)
    {
        checkpoint ??= LastCheckpoint();
        Verify(checkpoint);
        Module<Tensor, Tensor> module = BuildModel(checkpoint.Seed);
        try
        {
            StateDict.Load(module, checkpoint.File);
            module.eval();
            CheckOutputs(module, checkpoint);
            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Builds the model with the weights that training began with.</summary>
    /// <param name="seed">Decides them; null for the run's own seed.</param>
    /// <exception cref="TessarException">It can't be built, or its code isn't that of then.</exception>
    internal Module<Tensor, Tensor> BuildModel(ulong? seed = null)
    {
        ModelSource source = ModelSource.Parse(Record.Program.Model);
        CheckCode();
        return source.Create(Record.Program.Input, Task, seed ?? Record.Program.Seed ?? 0, Record.Program.Feed);
    }

    /// <summary>Makes sure that the model's code is that of then, unless another was accepted. Loads nothing.</summary>
    /// <exception cref="TessarException">It isn't.</exception>
    internal void CheckCode()
    {
        if (AcceptsChangedModel || Record.Identity is not { Code: { } then }
            || ModelSource.CodeOf(Record.Program.Model) is not { } now)
            return;
        if (then.DifferenceTo(now) is { } difference)
        {
            throw Changed(
                $"{Record.Program.Model} was changed after the run was recorded: {difference}",
                then.Assemblies is null ? "Use the version of Tessar that recorded it" : "Put the assembly of then back");
        }
    }

    /// <summary>
    /// Everything that decides what a checkpoint computes: its hash, and the model's code where that isn't Tessar's own.
    /// </summary>
    internal string IdentityOf(Checkpoint checkpoint) => ModelKey is { Length: > 0 } key
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{checkpoint.Sha256}\n{key}")))
        : checkpoint.Sha256;

    /// <summary>
    /// The model's code as text: as recorded, or as it is now where another was accepted or nothing is recorded.
    /// </summary>
    internal string ModelKey => AcceptsChangedModel && Record.Identity is { } recorded
        ? $"accepted\n{ModelSource.CodeOf(Record.Program.Model)?.Key ?? recorded.Code.Key}"
        : Record.Identity?.Code.Key ?? ModelSource.CodeOf(Record.Program.Model)?.Key ?? string.Empty;

    private void CheckOutputs(Module<Tensor, Tensor> module, Checkpoint checkpoint)
    {
        if (AcceptsChangedModel || Record.Identity?.Inputs is not { } inputs || checkpoint.Answers is not { } recorded)
            return;
        if (ReferenceOutputs.DifferenceTo(recorded, module, Directory, inputs) is { } difference)
        {
            string state = Record.Identity.Unregistered is { Count: > 0 } names
                ? $" ({string.Join(", ", names.Take(5))} aren't registered)"
                : string.Empty;
            throw Changed(
                $"{Record.Program.Model}, built again and filled with the weights of step {checkpoint.Step}, doesn't answer "
                    + $"{inputs.Examples} "
                + $"as it did then: {difference}",
                $"The model may keep state that is neither a parameter nor a buffer{state}, or draw at random: register it");
        }
    }

    private TessarException Changed(string reason, string remedy) => new(
        $"The run {Name} can't be looked at: {reason}. Its answers would be another function's. {remedy}, train anew, or go on "
            + $"knowingly.",
        ErrorKind.InputData)
    {
        Remedies = [
                new(RemedyKind.ChangeArgument, "accept-changed-model"),
                new(RemedyKind.Train, Record.Program.Model, Record.Program.Data.Name)
            ]
    };

    /// <summary>Makes sure that a checkpoint is, byte for byte, the one that was recorded.</summary>
    /// <param name="checkpoint">One of <see cref="Checkpoints"/>.</param>
    /// <exception cref="FileFormatException">It was changed afterwards.</exception>
    /// <exception cref="TessarException">The file is missing.</exception>
    public void Verify(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        string found = HashOf(checkpoint.File, Name);
        if (found != checkpoint.Sha256)
        {
            throw new FileFormatException(
                checkpoint.File, null, $"SHA-256 {checkpoint.Sha256}, as recorded in run.json", found,
                "The checkpoint was changed after it was recorded: restore it, use another checkpoint, or import these weights "
                    + "as a run of their own.");
        }
    }

    /// <summary>The last checkpoint.</summary>
    /// <exception cref="TessarException">The run has none.</exception>
    internal Checkpoint LastCheckpoint() => Checkpoints.Count > 0 ? Checkpoints[^1] : throw new TessarException(
        $"The run {Name} has no checkpoint yet. Wait for its first epoch, or resume it.",
        ErrorKind.InputData)
    { Remedies = [new(RemedyKind.ResumeRun, Name)] };

    private static string HashOf(string file, string run)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"The checkpoint {file} of the run {run} can't be read: {e.Message.TrimEnd('.')}. Restore it from a copy.",
                ErrorKind.InputData, e);
        }
    }
}
