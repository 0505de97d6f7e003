using Tessar.Examples;
using Tessar.Models;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>
/// The bookkeeping of a retraining: which trainings are left, what happened to each, and the files they end in.
/// </summary>
/// <remarks>
/// Who trains is somebody else's business: a process that calls <see cref="SubsetTraining"/>, or child processes.
/// </remarks>
internal sealed class RetrainFarm : IDisposable
{
    private readonly RunLock _folderLock;
    private readonly int _targets;

    private RetrainFarm(RetrainingFolder folder, RetrainingRecord record, RunLock folderLock, int targets) =>
        (Folder, Record, _folderLock, _targets) = (folder, record, folderLock, targets);

    public RetrainingFolder Folder { get; }

    public RetrainingRecord Record { get; private set; }

    /// <summary>
    /// Takes the folder, and writes down what is asked for, or makes sure that it is what was asked for before.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="threads">Threads of one training.</param>
    /// <exception cref="TessarException">
    /// The folder holds another request's trainings or is being written by another process; the data changed; the disk is full.
    /// </exception>
    public static RetrainFarm Open(RetrainingRequest request, int threads)
    {
        if (TorchThreads.Objection(threads, nameof(threads)) is { } objection)
            throw new TessarException(objection, ErrorKind.Usage);
        using ExampleStore store = OpenExamples(request.Program);
        CheckMasks(request, ExampleSet.Parse(store, request.Program.Data.Train));
        int targetCount = ExampleSet.Parse(store, request.Program.Data.Test).Count;
        var folder = new RetrainingFolder(request.Directory);
        folder.Make();
        RunLock held = RunLock.Take(folder.Directory);
        try
        {
            RetrainingRecord record = Describe(request, store, threads);
            if (File.Exists(folder.RecordPath))
            {
                RetrainingRecord before = RetrainingJson.Read(folder.RecordPath);
                CheckSame(record, before, folder);
                if (record.Masks == before.Masks)
                    return new RetrainFarm(folder, before, held, targetCount);
                if (before.Finished is not null)
                    folder.TakeApart(before, targetCount);
            }

            request.Labels?.Save(Path.Combine(folder.Directory, RetrainingFolder.Labels));
            folder.SaveMasks(request.Masks);
            RetrainingJson.Write(folder.RecordPath, record);
            return new RetrainFarm(folder, record, held, targetCount);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The trainings that are left, in order.</summary>
    /// <param name="retryFailed">Whether those that failed before count as left.</param>
    public IReadOnlyList<int> Pending(bool retryFailed)
    {
        if (Record.Finished is not null && !(retryFailed && Record.Failed.Count > 0))
            return [];
        if (Record.Finished is not null)
            Folder.TakeApart(Record, _targets);
        var pending = new List<int>();
        for (int job = 0; job < Record.Jobs; job++)
        {
            if (Folder.IsDone(job) || (Folder.IsFailed(job) && !retryFailed))
                continue;
            Folder.ForgetFailure(job);
            pending.Add(job);
        }

        return pending;
    }

    /// <summary>Joins the results once nothing is left.</summary>
    public RetrainedModels Finish()
    {
        if (Record.Finished is null || !File.Exists(Folder.OutputsPath) || Folder.HasParts)
        {
            Folder.Assemble(Record, _targets);
            Record = Record with
            {
                Finished = DateTimeOffset.UtcNow,
                Failed = [.. Enumerable.Range(0, Record.Jobs).Where(Folder.IsFailed)
                    .Select(job => new FailedTraining(job, Folder.FailureOf(job) ?? "unknown"))],
            };
            RetrainingJson.Write(Folder.RecordPath, Record);
            Folder.RemoveParts();
        }

        return RetrainedModels.Open(Folder.Directory);
    }

    /// <inheritdoc/>
    public void Dispose() => _folderLock.Dispose();

    /// <summary>Opens the data of a program and makes sure that they are those it was made for.</summary>
    /// <exception cref="TessarException">They are missing, or others.</exception>
    public static ExampleStore OpenExamples(TrainingProgram program)
    {
        ExampleStore store = DataCatalog.Open(program.Data.Path ?? program.Data.Name);
        if (store.Identity == program.Data.Identity)
            return store;
        string path = store.Path, identity = store.Identity;
        store.Dispose();
        throw new TessarException(
            $"{path} has the identity {identity}; the retraining was asked for on {program.Data.Identity}. "
            + "Put the original data set there, or retrain under another name.",
            ErrorKind.InputData);
    }

    private static void CheckMasks(RetrainingRequest request, ExampleSet train)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Repeats, 1, nameof(request));
        if (request.Masks.Examples != train.Count)
        {
            throw new TessarException(
                $"The masks are for {request.Masks.Examples} examples, but {train} has {train.Count}. Make masks for that range.",
                ErrorKind.Usage);
        }
    }

    private static void CheckSame(RetrainingRecord asked, RetrainingRecord before, RetrainingFolder folder)
    {
        bool canGrow = asked.Masks >= before.Masks;
        if (canGrow && RetrainingJson.Essence(asked) == RetrainingJson.Essence(before)
            && asked.Machine.Threads == before.Machine.Threads)
            return;
        List<string> differences = [.. ProgramDifferences.Between(asked.Program, before.Program)];
        Compare(
            "masks", $"{before.Masks} of {before.Rule}", $"{asked.Masks} of {asked.Rule}", canGrow && asked.Rule == before.Rule);
        Compare("the model's assembly", "another", "the present one", asked.ModelCode == before.ModelCode);
        Compare("repeats", before.Repeats, asked.Repeats, asked.Repeats == before.Repeats);
        Compare("seed", before.Seed, asked.Seed, asked.Seed == before.Seed);
        Compare("output", before.Output, asked.Output, asked.Output == before.Output);
        Compare("weights kept", before.KeepsWeights, asked.KeepsWeights, asked.KeepsWeights == before.KeepsWeights);
        Compare(
            "threads of a training", before.Machine.Threads, asked.Machine.Threads,
            asked.Machine.Threads == before.Machine.Threads);
        throw new TessarException(
            $"{folder.Directory} holds a retraining that differs: {string.Join("; ", differences)}. Ask for the same (more masks "
                + $"are fine), "
            + "or choose another name.",
            ErrorKind.Usage)
        { Remedies = [new(RemedyKind.ChangeArgument, "name")] };

        void Compare<T>(string what, T found, T wanted, bool isSame)
        {
            if (!isSame)
                differences.Add($"{what}: {found}, asked for is {wanted}");
        }
    }

    private static RetrainingRecord Describe(RetrainingRequest request, ExampleStore store, int threads) => new()
    {
        Schema = RetrainingRecord.CurrentSchema,
        Created = DateTimeOffset.UtcNow,
        Program = request.Program,
        ModelCode = ModelSource.CodeOf(request.Program.Model) is { Key.Length: > 0 } code ? code.Key : null,
        Rule = request.Masks.Rule,
        Masks = request.Masks.Count,
        Repeats = request.Repeats,
        Seed = request.Seed,
        Output = request.Output,
        KeepsWeights = request.KeepsWeights,
        Classes = [.. Tasks.TaskCatalog.Of(request.Program.Task, store).Outputs],
        Versions = RunEnvironment.Versions(),
        Machine = RunEnvironment.Machine() with { Threads = threads },
    };
}
