using Tessar.Tensors;

namespace Tessar.Runs.Retraining;

/// <summary>What many trainings of one program answered: a folder with <c>retraining.json</c>, masks and outputs.</summary>
/// <remarks>Nothing here loads libtorch.</remarks>
public sealed class RetrainedModels
{
    private readonly HashSet<int> _failed;
    private readonly Lazy<string[]?> _weights;
    private readonly Lazy<long[]> _steps;

    private RetrainedModels(string directory, RetrainingRecord record)
    {
        (Directory, Record) = (directory, record);
        _weights = new Lazy<string[]?>(ReadWeightHashes);
        _steps = new Lazy<long[]>(ReadSteps);
        _failed = [.. record.Failed.Select(training => training.Job)];
    }

    /// <summary>The folder, a full path.</summary>
    public string Directory { get; }

    /// <summary>The content of <c>retraining.json</c>.</summary>
    public RetrainingRecord Record { get; }

    /// <summary>Trainings, failed ones included.</summary>
    public int Count => Record.Jobs;

    /// <summary><c>masks</c>, U8 [masks, training examples]: 1 where a training saw the example.</summary>
    public string MasksPath => Path.Combine(Directory, RetrainingFolder.Masks);

    /// <summary>
    /// <c>outputs</c>, F32 [trainings, targets] (logits: [trainings, targets, classes]); a row of NaN for a failed training.
    /// Beside it, one number a training: <c>completed</c> U8, <c>mask</c> and <c>seed</c> and <c>steps</c> I64, <c>trainLoss</c>,
    /// <c>trainAccuracy</c>, <c>testLoss</c>, <c>testAccuracy</c>, <c>seconds</c> F64.
    /// </summary>
    public string OutputsPath => Path.Combine(Directory, RetrainingFolder.Outputs);

    /// <summary>Opens a finished retraining.</summary>
    /// <param name="directory">The folder that holds <c>retraining.json</c>.</param>
    /// <exception cref="FileFormatException">A file is damaged.</exception>
    /// <exception cref="TessarException">There is none, or it isn't finished.</exception>
    public static RetrainedModels Open(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        RetrainingRecord record = RetrainingJson.Read(Path.Combine(full, RetrainingJson.FileName));
        if (record.Finished is null)
        {
            throw new TessarException(
                $"The retraining in {full} isn't finished. Go on with it: retrain with the same options.", ErrorKind.InputData)
            {
                Remedies = [new(RemedyKind.Retrain)]
            };
        }

        return new RetrainedModels(full, record);
    }

    /// <summary>Whether a training came to its end.</summary>
    /// <param name="job">Its number, in [0, <see cref="Count"/>).</param>
    public bool IsCompleted(int job) => !_failed.Contains(job);

    /// <summary>The final weights of a training, as a checkpoint of the program's model.</summary>
    /// <param name="job">A completed training, in [0, <see cref="Count"/>), of a retraining that keeps weights.</param>
    /// <exception cref="TessarException">Weights weren't kept, the training failed, or the file is missing.</exception>
    public Checkpoint CheckpointOf(int job)
    {
        if ((uint)job >= (uint)Count || !Record.KeepsWeights || !IsCompleted(job))
        {
            throw new TessarException(
                $"Training {job} of {Directory} has no weights: "
                    + $"{(Record.KeepsWeights ? "it isn't one that came to its end" : "they weren't kept")}.",
                ErrorKind.InputData);
        }

        string path = new RetrainingFolder(Directory).WeightsPath(job), remedy = $"Delete the folder {Directory} and ask again.";
        if (!File.Exists(path))
            throw new TessarException($"The weights {path} are missing. {remedy}", ErrorKind.InputData);
        string found = FileHash.Of(path);
        if (_weights.Value is { } recorded && recorded[job] != found)
            throw new FileFormatException(path, null, $"SHA-256 {recorded[job]}, as recorded when it was written", found, remedy);
        return new Checkpoint(path, 0, (Record.Program.Epochs ?? 1) - 1, found)
        {
            Seed = RetrainingFolder.SeedOf(Record, job),
            OwnUpdates = _steps.Value[job],
        };
    }

    /// <summary>The masks, for reading row by row.</summary>
    /// <exception cref="FileFormatException">The file is damaged.</exception>
    public ExampleMasks OpenMasks()
    {
        using SafetensorsFile file = SafetensorsFile.Open(MasksPath);
        return FileMasks.Open(
            MasksPath, file.TryGet(FileMasks.Tensor, out TensorEntry? entry) && entry.Shape.Count == 2 ? (int)entry.Shape[1] : 0);
    }

    private long[] ReadSteps()
    {
        using SafetensorsFile file = SafetensorsFile.Open(OutputsPath);
        return file.ReadInt64s("steps");
    }

    private string[]? ReadWeightHashes()
    {
        using SafetensorsFile file = SafetensorsFile.Open(OutputsPath);
        return RetrainingFolder.WeightHashes(file);
    }

    /// <summary>Reads all outputs: [trainings, targets], row by row; for logits [trainings, targets, classes].</summary>
    /// <returns>4 bytes a number: trainings times targets of them.</returns>
    /// <exception cref="FileFormatException">The file is damaged.</exception>
    public float[] ReadOutputs()
    {
        using SafetensorsFile file = SafetensorsFile.Open(OutputsPath);
        return file.ReadSingles(RetrainingFolder.OutputsTensor);
    }
}
