using System.Security.Cryptography;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>A recorded run: a folder with what was run, how it went, and the weights along the way.</summary>
/// <remarks>
/// A snapshot of <c>run.json</c> at the time of <see cref="Open"/>; open it again to see a running one's progress. Nothing here
/// writes, and nothing but <see cref="LoadModel"/> loads libtorch. Safe for use from several threads.
/// </remarks>
/// <example><code>
/// Run run = Run.Open("runs/first");
/// using var model = run.LoadModel();
/// </code></example>
public sealed class Run
{
    private Run(string directory, RunRecord record)
    {
        Directory = directory;
        Record = record;
        Checkpoints = [.. record.Checkpoints.Select(c => c with { File = Path.GetFullPath(Path.Combine(directory, c.File)) })];
    }

    /// <summary>The run's folder, a full path.</summary>
    public string Directory { get; }

    /// <summary>The run's name: that of its folder.</summary>
    public string Name => Path.GetFileName(Directory);

    /// <summary>The content of <c>run.json</c>.</summary>
    public RunRecord Record { get; }

    /// <summary>
    /// How far the run has come. A record that says running although no process writes it any more, because that process was
    /// killed, counts as <see cref="RunStatus.Interrupted"/>.
    /// </summary>
    public RunStatus Status =>
        Record.Status == RunStatus.Running && !RunLock.IsHeld(Directory) ? RunStatus.Interrupted : Record.Status;

    /// <summary>The checkpoints in order of their steps, with full paths.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints { get; }

    /// <summary>The metric file's full path; it may be missing.</summary>
    public string MetricsPath => Path.Combine(Directory, "metrics.arrows");

    /// <summary>Opens a run's folder.</summary>
    /// <param name="directory">The folder that holds <c>run.json</c>.</param>
    /// <exception cref="FileFormatException"><c>run.json</c> is damaged or of another schema.</exception>
    /// <exception cref="TessarException">There is no run.</exception>
    public static Run Open(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return new Run(full, RunJson.Read(Path.Combine(full, RunJson.FileName)));
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
    public LabelOverlay? OpenLabels(ExampleStore store) =>
        Record.Program.Labels is { } labels ? LabelOverlay.Load(Path.Combine(Directory, labels.File), store) : null;

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
    public IReadOnlyList<MetricRow> ReadMetrics() => MetricReader.Read(MetricsPath);

    /// <summary>Builds the model and fills it with the weights of a checkpoint.</summary>
    /// <param name="checkpoint">One of <see cref="Checkpoints"/>; the last by default.</param>
    /// <returns>
    /// The module in evaluation mode, mapping normalised images [batch, channels, height, width] to logits [batch, classes];
    /// the caller disposes of it.
    /// </returns>
    /// <exception cref="FileFormatException">The checkpoint was changed after it was recorded, or is damaged.</exception>
    /// <exception cref="NumericalException">A weight isn't finite.</exception>
    /// <exception cref="TessarException">
    /// The run has no checkpoint; its file is missing; the model can't be built; the weights don't fit it.
    /// </exception>
    /// <remarks>Reads the file twice: once for its SHA-256, once for the weights. Loads libtorch.</remarks>
    public Module<Tensor, Tensor> LoadModel(Checkpoint? checkpoint = null)
    {
        checkpoint ??= LastCheckpoint();
        Verify(checkpoint);
        Module<Tensor, Tensor> module = ModelSource.Parse(Record.Program.Model).Create(
            Record.Image, Record.Classes.Count, seed: 0, Record.Program.Feed);
        try
        {
            StateDict.Load(module, checkpoint.File);
            module.eval();
            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

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
                "The checkpoint was changed after it was recorded: restore it, use another checkpoint, or import these weights as a run of their own.");
        }
    }

    /// <summary>The last checkpoint.</summary>
    /// <exception cref="TessarException">The run has none.</exception>
    internal Checkpoint LastCheckpoint() => Checkpoints.Count > 0 ? Checkpoints[^1] : throw new TessarException(
        $"The run {Name} has no checkpoint yet. Wait for its first epoch, or resume it: `tessar train --resume {Name}`.",
        ErrorKind.InputData);

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
