using System.Globalization;
using Tessar.Examples;
using Tessar.Tasks;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>
/// The one writer of a run's folder: holds its lock, appends metrics, adds checkpoints, rewrites <c>run.json</c>.
/// </summary>
/// <remarks>
/// At every moment the folder is a run that can be read and resumed: a checkpoint is in <c>run.json</c> only when its files are
/// whole on the disk and the metrics up to its step are written.
/// </remarks>
internal sealed class RunWriter : IDisposable
{
    public const string LabelsFile = "labels.json";
    private const string MetricsFile = "metrics.arrows";
    private readonly RunLock _runLock;
    private bool _isDiscarded;

    private RunWriter(string directory, RunRecord record, RunLock runLock, MetricLog metrics)
    {
        Directory = directory;
        Record = record;
        _runLock = runLock;
        Metrics = metrics;
    }

    /// <summary>The run's folder, a full path.</summary>
    public string Directory { get; }

    /// <summary>Whether the run was made by this writer, not reopened.</summary>
    public bool IsNew { get; private init; }

    /// <summary>What <c>run.json</c> holds now.</summary>
    public RunRecord Record { get; private set; }

    /// <summary>The run's metric file.</summary>
    public MetricLog Metrics { get; }

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="runsDirectory">The folder of all runs; made when missing.</param>
    /// <param name="record">The run.</param>
    /// <param name="labels">Edited labels to keep with it, or null.</param>
    /// <param name="prepare">Writes what else belongs to it into its folder, before it counts as a run; null for nothing.</param>
    /// <exception cref="TessarException">
    /// The name is taken or unusable, another process is making the same run, or the folder can't be written to.
    /// </exception>
    public static RunWriter Create(string runsDirectory, RunRecord record, LabelOverlay? labels, Action<string>? prepare = null)
    {
        RunNames.Check(record.Name);
        string directory = Path.GetFullPath(Path.Combine(runsDirectory, record.Name));
        MakeFolder(directory);
        RunLock held = RunLock.Take(directory);
        MetricLog? metrics = null;
        try
        {
            CheckUnused(directory, record.Name);
            labels?.Save(Path.Combine(directory, LabelsFile));
            prepare?.Invoke(directory);
            metrics = MetricLog.Create(Path.Combine(directory, MetricsFile), kept: null, OthersOf(record));
            RunJson.Write(Path.Combine(directory, RunJson.FileName), record);
            return new RunWriter(directory, record, held, metrics) { IsNew = true };
        }
        catch
        {
            metrics?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Goes on with a run that was stopped: metrics after its last checkpoint are dropped, its status is running.
    /// </summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="check">Looks at the record once no other process can change it; throws to leave the run as it is.</param>
    /// <exception cref="TessarException">Another process is writing it, or the folder can't be written to.</exception>
    public static RunWriter Reopen(string directory, Action<Run> check)
    {
        RunLock held = RunLock.Take(directory);
        MetricLog? metrics = null;
        try
        {
            Run run = Run.Open(directory);
            check(run);
            long step = run.Checkpoints.Count > 0 ? run.Checkpoints[^1].Step : 0;
            MetricRow[] kept = [.. run.ReadMetrics().Where(row => row.Step <= step)];
            // A crash between the two writes must leave a run that can be read: its metrics are covered by no hash for that
            // moment.
            RunRecord record = run.Record with
            {
                Schema = RunRecord.CurrentSchema,
                Status = RunStatus.Running,
                Finished = null,
                Failure = null,
                Final = null,
                Metrics = null,
            };
            RunJson.Write(Path.Combine(directory, RunJson.FileName), record);
            metrics = MetricLog.Create(run.MetricsPath, kept, OthersOf(record));
            var writer = new RunWriter(run.Directory, record, held, metrics);
            writer.Update(writer.Record with { Metrics = metrics.Written });
            return writer;
        }
        catch
        {
            metrics?.Dispose();
            held.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<string> OthersOf(RunRecord record) =>
        MetricColumns.OthersOf(TaskCatalog.Of(record.Program.Task, record.Classes));

    /// <summary>Adds a checkpoint: weights, the optimiser's state beside them, then the entry in <c>run.json</c>.</summary>
    /// <param name="module">The model.</param>
    /// <param name="step">Optimiser updates done.</param>
    /// <param name="epoch">The epoch the last of them belongs to.</param>
    /// <param name="optimizer">The optimiser's tensors by name.</param>
    /// <param name="progress">What else is needed to go on from here, by name.</param>
    /// <exception cref="NumericalException">A weight isn't finite; the run's checkpoints are as before.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public Checkpoint AddCheckpoint(
        Module module, long step, int epoch, IReadOnlyDictionary<string, Tensor> optimizer,
        IReadOnlyDictionary<string, string> progress)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"checkpoints/step-{step:D8}.safetensors");
        string path = Path.Combine(Directory, file);
        var checkpoint = new Checkpoint(file, step, epoch, SaveWeights(module, path, step)) { Answers = AnswersOf(module) };
        StateDict.Save(optimizer, OptimizerPath(path), new Dictionary<string, string>(progress, StringComparer.Ordinal)
        {
            ["weights"] = checkpoint.Sha256,
        });
        checkpoint = checkpoint with { OptimizerSha256 = FileHash.Of(OptimizerPath(path)) };
        Enter(checkpoint);
        return checkpoint;
    }

    /// <summary>Writes weights as a checkpoint has them.</summary>
    /// <returns>SHA-256 of the file.</returns>
    /// <exception cref="NumericalException">A weight isn't finite.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static string SaveWeights(Module module, string path, long step)
    {
        StateDict.Save(module, path, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
        });
        return FileHash.Of(path);
    }

    /// <summary>Adds weights that exist already as the run's only checkpoint, byte for byte.</summary>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    /// <param name="weights">A safetensors file.</param>
    /// <param name="module">The model, filled with them; null when its answers aren't kept.</param>
    public void CopyCheckpoint(string weights, Module? module)
    {
        const string file = "checkpoints/step-00000000.safetensors";
        string path = Path.Combine(Directory, file);
        AtomicFile.Write(path, target =>
        {
            using FileStream source = File.OpenRead(weights);
            source.CopyTo(target);
        });
        Enter(new Checkpoint(file, Step: 0, Epoch: 0, FileHash.Of(path)) { Answers = AnswersOf(module) });
    }

    /// <summary>Writes the end of the metrics and the run's last status.</summary>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public void Finish(RunStatus status, FinalMetrics? final = null, string? failure = null)
    {
        Metrics.Complete();
        Update(Record with
        {
            Status = status,
            Finished = DateTimeOffset.UtcNow,
            Final = final,
            Failure = failure,
            Metrics = Metrics.Written,
        });
    }

    /// <summary>Takes back a run in which nothing has happened: its name is free again. Only disposal may follow.</summary>
    public void Discard()
    {
        _isDiscarded = true;
        Metrics.Dispose();
        foreach (string file in System.IO.Directory.GetFiles(Directory)
            .Where(file => !RunLock.IsLockFile(Path.GetFileName(file))))
            File.Delete(file);
        _runLock.Dispose();
        File.Delete(Path.Combine(Directory, RunLock.FileName));
        try
        {
            System.IO.Directory.Delete(Directory);
        }
        catch (IOException e)
        {
            // Another process has begun a run of this name in the meantime: the folder is that one's.
            System.Diagnostics.Debug.WriteLine(e.Message);
        }
    }

    /// <summary>Replaces <c>run.json</c>.</summary>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public void Update(RunRecord record)
    {
        RunJson.Write(Path.Combine(Directory, RunJson.FileName), record);
        Record = record;
    }

    /// <summary>Closes the files and lets other processes write the run.</summary>
    public void Dispose()
    {
        if (_isDiscarded)
            return;
        Metrics.Dispose();
        _runLock.Dispose();
    }

    /// <summary>Where the optimiser's state to some weights lies.</summary>
    public static string OptimizerPath(string weights) => Path.ChangeExtension(weights, ".optim.safetensors");

    private void Enter(Checkpoint checkpoint)
    {
        Metrics.Flush(toDisk: true);
        Update(Record with
        {
            Checkpoints = [.. Record.Checkpoints.Where(c => c.Step < checkpoint.Step), checkpoint],
            Metrics = Metrics.Written,
        });
    }

    private string? AnswersOf(Module? module) =>
        module is not null && Record.Identity?.Inputs is { } inputs ? ReferenceOutputs.Of(module, Directory, inputs) : null;

    private static void MakeFolder(string directory)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"The folder {directory} can't be made: {e.Message.TrimEnd('.')}. Choose another folder for the runs.",
                ErrorKind.Environment, e)
            { Remedies = [new(RemedyKind.ChangeArgument, "runs")] };
        }
    }

    // What a process leaves that died before it wrote run.json may be written over; anything else may not.
    private static void CheckUnused(string directory, string name)
    {
        if (File.Exists(Path.Combine(directory, RunJson.FileName)))
        {
            throw new TessarException(
                $"There is a run `{name}` already, in {directory}. Choose another name, go on with it, or look at it.",
                ErrorKind.Usage)
            {
                Remedies = [
                    new(RemedyKind.ChangeArgument, "name"),
                    new(RemedyKind.ResumeRun, name),
                    new(RemedyKind.ShowRun, name)
                ],
            };
        }

        string? foreign = System.IO.Directory.EnumerateFileSystemEntries(directory).Select(e => Path.GetFileName(e)!)
            .FirstOrDefault(
            entry =>
                !RunLock.IsLockFile(entry) && entry is not (LabelsFile or MetricsFile or MaskFile.Name or ReferenceOutputs.File)
                    && !entry.Contains(".tmp-", StringComparison.Ordinal));
        if (foreign is not null)
        {
            throw new TessarException(
                $"{directory} is no run and isn't empty: it holds `{foreign}`. Choose another name, or another folder for "
                    + $"the runs.",
                ErrorKind.Usage)
            { Remedies = [new(RemedyKind.ChangeArgument, "name"), new(RemedyKind.ChangeArgument, "runs")] };
        }
    }
}
