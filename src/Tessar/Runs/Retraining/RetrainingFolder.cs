using System.Globalization;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Runs.Retraining;

/// <summary>The files of a retraining: one per finished training while it goes on, all in one at its end.</summary>
/// <remarks>
/// A training is done when its file has its name, which it gets by a rename; so a crash at any moment costs the trainings under
/// way and nothing else, and two workers that do the same one write the same bytes.
/// </remarks>
internal sealed class RetrainingFolder(string directory)
{
    public const string Masks = "masks.safetensors";
    public const string Outputs = "outputs.safetensors";
    public const string OutputsTensor = "outputs";
    public const string Labels = "labels.json";
    public const string WeightsTensor = "weights";
    private const string JobFolder = "trainings";
    private const string WeightsFolder = "weights";
    private const int NumbersPerOutcome = 5;
    private const int HashBytes = 32;
    private static readonly string[] _numbers = ["trainLoss", "trainAccuracy", "testLoss", "testAccuracy", "seconds"];

    /// <summary>Full path.</summary>
    public string Directory { get; } = Path.GetFullPath(directory);

    public string RecordPath => Path.Combine(Directory, RetrainingJson.FileName);

    public string MasksPath => Path.Combine(Directory, Masks);

    public string OutputsPath => Path.Combine(Directory, Outputs);

    private string JobPath(int job) =>
        Path.Combine(Directory, JobFolder, string.Create(CultureInfo.InvariantCulture, $"{job:D8}.safetensors"));

    private string FailurePath(int job) =>
        Path.Combine(Directory, JobFolder, string.Create(CultureInfo.InvariantCulture, $"{job:D8}.failed.json"));

    /// <summary>
    /// The file of a training's final weights, when those are kept; written before the training counts as done.
    /// </summary>
    public string WeightsPath(int job) =>
        Path.Combine(Directory, WeightsFolder, string.Create(CultureInfo.InvariantCulture, $"{job:D8}.safetensors"));

    /// <summary>Makes the folder of the trainings.</summary>
    /// <exception cref="TessarException">It can't be made.</exception>
    public void Make()
    {
        try
        {
            System.IO.Directory.CreateDirectory(Path.Combine(Directory, JobFolder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"The folder {Directory} can't be made: {e.Message.TrimEnd('.')}. Choose another folder for the runs.",
                ErrorKind.Environment, e)
            { Remedies = [new(RemedyKind.ChangeArgument, "runs")] };
        }
    }

    /// <summary>Writes masks into a file, row by row.</summary>
    public void SaveMasks(ExampleMasks masks)
    {
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Add(FileMasks.Tensor, ElementType.U8, [masks.Count, masks.Examples], stream =>
        {
            byte[] row = new byte[masks.Examples];
            for (int mask = 0; mask < masks.Count; mask++)
            {
                masks.Fill(mask, row);
                stream.Write(row);
            }
        });
        writer.Save(MasksPath);
    }

    public void SaveOutcome(int job, TrainingOutcome outcome)
    {
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Add(OutputsTensor, outcome.Outputs, outcome.Outputs.Length);
        FinalMetrics final = outcome.Final;
        writer.Add(
            "numbers",
            new[] { final.TrainLoss ?? double.NaN, final.TrainAccuracy ?? double.NaN, final.TestLoss
                ?? double.NaN, final.TestAccuracy ?? double.NaN, final.Seconds }, NumbersPerOutcome);
        writer.Add("seed", new[] { unchecked((long)outcome.Seed), outcome.Steps }, 2);
        if (outcome.WeightsSha256 is { } weights)
            writer.Metadata[WeightsTensor] = weights;
        writer.Save(JobPath(job));
    }

    public void SaveFailure(int job, string reason) =>
        AtomicFile.WriteText(
            FailurePath(job),
            JsonSerializer.Serialize(new FailedTraining(job, reason), RetrainingJsonContext.Default.FailedTraining));

    public bool IsDone(int job) => File.Exists(JobPath(job));

    public bool IsFailed(int job) => File.Exists(FailurePath(job));

    /// <summary>Why a training failed, or null.</summary>
    public string? FailureOf(int job) => IsFailed(job)
        ? JsonSerializer.Deserialize(File.ReadAllBytes(FailurePath(job)), RetrainingJsonContext.Default.FailedTraining)?.Reason
        : null;

    public void ForgetFailure(int job) => File.Delete(FailurePath(job));

    /// <summary>The outcome of a finished training.</summary>
    /// <exception cref="FileFormatException">Its file is damaged.</exception>
    public TrainingOutcome ReadOutcome(int job, int outputs)
    {
        using SafetensorsFile file = SafetensorsFile.Open(JobPath(job));
        float[] row = file.ReadSingles(OutputsTensor);
        double[] numbers = file.ReadDoubles("numbers");
        long[] integers = file.ReadInt64s("seed");
        if (row.Length != outputs || numbers.Length != NumbersPerOutcome || integers.Length != 2)
        {
            throw new FileFormatException(
                file.Path, null, $"{outputs} outputs, {NumbersPerOutcome} numbers, a seed and a number of steps",
                $"{row.Length}, {numbers.Length} and {integers.Length}", "Delete the file: the same command trains it again.");
        }

        return new TrainingOutcome(
            row, unchecked((ulong)integers[0]), integers[1],
            new FinalMetrics(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]))
        {
            WeightsSha256 = file.Metadata.GetValueOrDefault(WeightsTensor),
        };
    }

    /// <summary>Joins all trainings in one file, and removes theirs.</summary>
    /// <param name="record">What was asked for.</param>
    /// <param name="targets">Number of targets.</param>
    /// <remarks>Memory: one row of outputs and nine numbers a training.</remarks>
    public void Assemble(RetrainingRecord record, int targets)
    {
        int jobs = record.Jobs, width = checked(targets * (record.Output == RetrainingOutput.Logits ? record.Classes.Count : 1));
        var completed = new byte[jobs];
        long[] mask = new long[jobs], seed = new long[jobs], steps = new long[jobs];
        double[][] numbers = [.. Enumerable.Range(0, NumbersPerOutcome).Select(_ => new double[jobs])];
        byte[] weights = new byte[checked(jobs * HashBytes)];
        for (int job = 0; job < jobs; job++)
        {
            mask[job] = job / record.Repeats;
            seed[job] = unchecked((long)SeedOf(record, job));
            TrainingOutcome? outcome = IsDone(job) ? ReadOutcome(job, width) : null;
            completed[job] = outcome is null ? (byte)0 : (byte)1;
            steps[job] = outcome?.Steps ?? 0;
            if (outcome?.WeightsSha256 is { } hash)
                Convert.FromHexString(hash).CopyTo(weights, job * HashBytes);
            FinalMetrics? final = outcome?.Final;
            double?[] values = [final?.TrainLoss, final?.TrainAccuracy, final?.TestLoss, final?.TestAccuracy, final?.Seconds];
            for (int i = 0; i < NumbersPerOutcome; i++)
                numbers[i][job] = values[i] ?? double.NaN;
        }

        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Metadata["output"] = record.Output.ToString().ToLowerInvariant();
        long[] shape = record.Output == RetrainingOutput.Logits ? [jobs, targets, record.Classes.Count] : [jobs, targets];
        writer.Add(OutputsTensor, ElementType.F32, shape, stream => WriteRows(stream, completed, width));
        writer.Add("completed", completed, jobs);
        writer.Add("mask", mask, jobs);
        writer.Add("seed", seed, jobs);
        writer.Add("steps", steps, jobs);
        if (record.KeepsWeights)
            writer.Add(WeightsTensor, weights, jobs, HashBytes);
        for (int i = 0; i < NumbersPerOutcome; i++)
            writer.Add(_numbers[i], numbers[i], jobs);
        writer.Save(OutputsPath);
    }

    /// <summary>Whether files of single trainings are there.</summary>
    public bool HasParts => System.IO.Directory.Exists(Path.Combine(Directory, JobFolder))
        && System.IO.Directory.EnumerateFiles(Path.Combine(Directory, JobFolder), "*.safetensors").Any();

    /// <summary>The reverse of <see cref="Assemble"/>, for going on with a finished retraining.</summary>
    public void TakeApart(RetrainingRecord record, int targets)
    {
        Make();
        int width = checked(targets * (record.Output == RetrainingOutput.Logits ? record.Classes.Count : 1));
        using SafetensorsFile file = SafetensorsFile.Open(OutputsPath);
        byte[] completed = file.ReadBytes("completed");
        long[] seed = file.ReadInt64s("seed"), steps = file.ReadInt64s("steps");
        double[][] numbers = [.. _numbers.Select(file.ReadDoubles)];
        string[]? weights = WeightHashes(file);
        if (!file.TryGet(OutputsTensor, out TensorEntry? rows) || rows.Length != (long)width * sizeof(float) * record.Jobs)
            throw new FileFormatException(
                OutputsPath, null, $"{record.Jobs} rows of {width} outputs", "another shape", "Retrain under another name.");
        for (int job = 0; job < record.Jobs; job++)
        {
            if (completed[job] == 0 || IsDone(job))
                continue;
            float[] row = System.Runtime.InteropServices.MemoryMarshal
                .Cast<byte, float>(file.Bytes(rows, (long)job * width * sizeof(float), width * sizeof(float))).ToArray();
            SaveOutcome(job, new TrainingOutcome(
                row, unchecked((ulong)seed[job]), steps[job],
                new FinalMetrics(numbers[0][job], numbers[1][job], numbers[2][job], numbers[3][job], numbers[4][job]))
            {
                WeightsSha256 = weights?[job],
            });
        }

        foreach (FailedTraining training in record.Failed)
            SaveFailure(training.Job, training.Reason);
    }

    /// <summary>
    /// SHA-256 of each training's weights; null when the file, written by an older version or without weights, has none.
    /// </summary>
    public static string[]? WeightHashes(SafetensorsFile outputs) => outputs.TryGet(WeightsTensor, out _)
        ? [.. outputs.ReadBytes(WeightsTensor).Chunk(HashBytes).Select(hash => Convert.ToHexStringLower(hash))]
        : null;

    /// <summary>Removes the files of single trainings.</summary>
    public void RemoveParts()
    {
        string parts = Path.Combine(Directory, JobFolder);
        if (System.IO.Directory.Exists(parts))
            System.IO.Directory.Delete(parts, recursive: true);
    }

    /// <summary>The seed of a training: another for each mask and repeat, whatever their number.</summary>
    public static ulong SeedOf(RetrainingRecord record, int job) =>
        new RandomStream(record.Seed, "retraining", job / record.Repeats, job % record.Repeats).NextUInt64();

    private void WriteRows(Stream stream, byte[] completed, int width)
    {
        float[] missing = new float[width];
        Array.Fill(missing, float.NaN);
        for (int job = 0; job < completed.Length; job++)
        {
            float[] row = completed[job] == 0 ? missing : ReadOutcome(job, width).Outputs;
            stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }
}
