using Tessar.Examples;
using Tessar.Models;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Training.Averages;
using Tessar.Training.Loading;
using Tessar.Training.Optimizers;
using Tessar.Training.Schedules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>Trains models into recorded runs. Loads libtorch.</summary>
/// <remarks>
/// The same request gives the same weights, bit for bit, on the same machine with the same number of threads, whether it runs
/// through or is stopped and resumed at any step. Sets libtorch's global generator and, if asked to, its number of threads,
/// which is restored at the end.
/// </remarks>
/// <example><code>
/// var request = new TrainingRequest { Model = "mlp", Data = "fashion-mnist-mini", Train = "train:0-1999", Epochs = 1 };
/// Run run = Trainer.Train(request);
/// Console.WriteLine($"{run.Name}: {run.Record.Final?.TestAccuracy:P1}");
/// Console.WriteLine(Trainer.Replay(run).IsBitEqual);       // prints True
/// </code></example>
public static class Trainer
{
    /// <summary>The optimisers there are.</summary>
    public static IReadOnlyCollection<string> OptimizerNames => Optimizer.Choices.Names;

    /// <summary>The schedules there are.</summary>
    public static IReadOnlyCollection<string> ScheduleNames => Schedule.Choices.Names;

    /// <summary>The tasks there are.</summary>
    public static IReadOnlyCollection<string> TaskNames => Tasks.TaskCatalog.Names;

    /// <summary>Trains a model and records the run.</summary>
    /// <param name="request">What to train, on what, and how.</param>
    /// <param name="progress">Hears of every update.</param>
    /// <param name="cancellation">
    /// Saves a checkpoint after the current update, marks the run <see cref="RunStatus.Interrupted"/> and returns.
    /// </param>
    /// <returns>The run, completed or interrupted.</returns>
    /// <exception cref="NumericalException">
    /// The loss or a weight isn't finite; names the step. The run is marked failed, its last checkpoint kept; without a single
    /// update there is none.
    /// </exception>
    /// <exception cref="GradientException">The model can't be differentiated. The run is marked failed.</exception>
    /// <exception cref="TessarException">
    /// The request can't be carried out (every violation is named), the name is taken, the model or the data can't be used, or
    /// the disk is full; in the last case the run is readable and can be resumed.
    /// </exception>
    /// <remarks>
    /// Memory: the weights, the optimiser's state, one batch with its graph. Data are read from the mapped file, batch by batch.
    /// </remarks>
    public static Run Train(
        TrainingRequest request, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string runs = request.RunsDirectory ?? RunCatalog.DefaultDirectory;
        using ExampleStore store = DataCatalog.Open(request.Data, cancellation: cancellation);
        TrainingPlan plan = TrainingPlan.Of(request, store);
        string name = request.Name ?? RunCatalog.FreeName(
            $"{Stem(request.Model.Split('#')[^1])}-{Stem(Path.GetFileNameWithoutExtension(request.Data))}", runs);
        RunNames.Check(name);
        using var threads = new ThreadCount(request.Threads);
        ModelFeed feed = StartCheck.Of(plan.Model, plan.Program, plan.Train, plan.Test);
        plan = plan with { Program = plan.Program with { Feed = feed.Recorded } };
        using Module<Tensor, Tensor> model = plan.Model.Create(plan.Program.Input, plan.Task, request.Seed, feed);
        UnregisteredState unregistered = UnregisteredState.Of(model);
        unregistered.ThrowIfTrainable(plan.Model.Name);
        (ReferenceInputs reference, byte[] inputs) = ReferenceOutputs.Take(plan.Test, plan.Program.Input);
        var identity = new ModelIdentity { Code = plan.Model.Code, Unregistered = unregistered.Names, Inputs = reference };
        using RunWriter writer = RunWriter.Create(
            runs, Describe(name, plan, model) with { Identity = identity }, plan.Labels,
            plan.KeepMask(request.Mask) + (folder =>
                AtomicFile.Write(Path.Combine(folder, reference.File), stream => stream.Write(inputs))));
        return Execute(writer, plan.Train, plan.Test, model, checkpoint: null, progress, cancellation);
    }

    /// <summary>
    /// Goes on with a run that was interrupted, killed or failed, from its last checkpoint, to the same final weights.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="progress">Hears of every update.</param>
    /// <param name="cancellation">As for <see cref="Train"/>.</param>
    /// <returns>The run, completed or interrupted.</returns>
    /// <exception cref="TessarException">
    /// The run is complete, imported or being written by another process; its data, labels or checkpoint were changed.
    /// </exception>
    /// <exception cref="NumericalException">As for <see cref="Train"/>.</exception>
    /// <exception cref="GradientException">As for <see cref="Train"/>.</exception>
    /// <remarks>
    /// Uses the number of threads that the run recorded, for only that gives the same bits. Metrics after the checkpoint are
    /// dropped and logged anew. A run without a checkpoint starts again from its seed.
    /// </remarks>
    public static Run Resume(Run run, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        using RunWriter writer = RunWriter.Reopen(run.Directory, CheckResumable);
        try
        {
            Run now = Run.Open(run.Directory);
            using ExampleStore store = now.OpenExamples();
            using var threads = new ThreadCount(now.Record.Machine.Threads);
            Checkpoint? checkpoint = now.Checkpoints.Count > 0 ? now.Checkpoints[^1] : null;
            using Module<Tensor, Tensor> model = checkpoint is null
                ? now.BuildModel()
                : now.LoadModel(checkpoint);
            return Execute(writer, now.ChosenSet(store), now.TestSet(store), model, checkpoint, progress, cancellation);
        }
        catch when (writer.Record.Status == RunStatus.Running)
        {
            writer.Finish(RunStatus.Interrupted);
            throw;
        }
    }

    /// <summary>Opens the run of the request's name, finishing it if it was stopped, or trains it if there is none.</summary>
    /// <param name="request">What to train; with a name.</param>
    /// <param name="progress">Hears of every update, if there are any.</param>
    /// <param name="cancellation">As for <see cref="Train"/>.</param>
    /// <returns>The run, completed or interrupted.</returns>
    /// <exception cref="ArgumentException">The request has no name.</exception>
    /// <exception cref="TessarException">
    /// There is a run of that name with another program (the message says what differs); or as for <see cref="Train"/>.
    /// </exception>
    /// <exception cref="NumericalException">As for <see cref="Train"/>.</exception>
    /// <exception cref="GradientException">As for <see cref="Train"/>.</exception>
    /// <remarks>For programs that are started again and again: the training happens once.</remarks>
    public static Run TrainOrOpen(
        TrainingRequest request, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Name is not { } name)
            throw new ArgumentException(
                "The request has no name, so there is nothing to look for. Set its Name, such as \"first\".", nameof(request))
                    .ForUser();
        RunNames.Check(name);
        string directory = Path.Combine(request.RunsDirectory ?? RunCatalog.DefaultDirectory, name);
        if (!File.Exists(Path.Combine(directory, RunJson.FileName)))
            return Train(request, progress, cancellation);
        Run run = Run.Open(directory);
        using (ExampleStore store = DataCatalog.Open(request.Data, cancellation: cancellation))
        {
            if (ProgramDifferences.Between(
                TrainingPlan.Of(request, store).Program, run.Record.Program) is { Count: > 0 } differences)
            {
                throw new TessarException(
                    $"The run {name} in {run.Directory} was made by another program: {string.Join("; ", differences)}. "
                    + "Ask for the same, or choose another name.",
                    ErrorKind.Usage);
            }
        }

        return run.Status == RunStatus.Completed ? run : Resume(run, progress, cancellation);
    }

    /// <summary>Executes a run once more from its record, and compares the weights at its checkpoints bit for bit.</summary>
    /// <param name="run">A run that was trained here; complete or not. It stays as it is.</param>
    /// <param name="progress">Hears of every update.</param>
    /// <param name="cancellation">Ends it without a result.</param>
    /// <returns>What was recorded beside what was found. Ends at the run's last checkpoint.</returns>
    /// <exception cref="TessarException">
    /// The run was imported, has no checkpoint, or needs what this version lacks; its data, labels or mask were changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>Costs as much as the training. Uses the recorded number of threads.</remarks>
    public static RunReplay Replay(
        Run run, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        CheckReplayable(run);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using ExampleStore store = run.OpenExamples();
        using var threads = new ThreadCount(run.Record.Machine.Threads);
        TrainingProgram program = run.Record.Program;
        using Module<Tensor, Tensor> model = run.BuildModel();
        using Optimizer optimizer = Optimizer.For(model, program);
        string scratch = Directory.CreateTempSubdirectory("tessar-replay-").FullName;
        try
        {
            var recorder = new ReplayRecorder(run, scratch);
            using var loop = new TrainingLoop(recorder, run.ChosenSet(store), run.TestSet(store), model, optimizer);
            loop.RunTo(run.Checkpoints[^1].Step, progress, cancellation);
            cancellation.ThrowIfCancellationRequested();
            return new RunReplay(
                run.Name, recorder.Replayed, recorder.Rows, recorder.FirstDifference, RunReplay.DifferencesTo(run.Record),
                watch.Elapsed.TotalSeconds);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static Run Execute(
        RunWriter writer, ExampleSet train, ExampleSet test, Module<Tensor, Tensor> model, Checkpoint? checkpoint,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        TrainingLoop? loop = null;
        try
        {
            using Optimizer optimizer = Optimizer.For(model, writer.Record.Program);
            using TrainingLoop opened = loop = new TrainingLoop(new RunRecorder(writer), train, test, model, optimizer);
            if (checkpoint is not null)
                loop.GoOnFrom(checkpoint);
            if (loop.Run(progress, cancellation))
                Complete(writer, test, loop);
            else
                writer.Finish(RunStatus.Interrupted);
            return Run.Open(writer.Directory);
        }
        catch (Exception e)
        {
            // A run that didn't come to its first update holds nothing, and would only take the name.
            bool isOwnFault = e is TessarException { Kind: ErrorKind.InputData or ErrorKind.Usage } or ArgumentException;
            if (writer.IsNew && isOwnFault && loop is not { Step: > 0 })
                writer.Discard();
            else
                MarkFailed(writer, e);
            throw;
        }
    }

    private static void Complete(RunWriter writer, ExampleSet test, TrainingLoop loop)
    {
        Run run = Run.Open(writer.Directory);
        Predictions.Save(run, run.Checkpoints[^1], test, loop.TestLogits, loop.Elapsed.TotalSeconds);
        writer.Finish(RunStatus.Completed, loop.Final);
    }

    // When the disk is full the mark itself may find no room. The run then still says running, which without a process that
    // writes it counts as interrupted; the error that is on its way tells the rest.
    private static void MarkFailed(RunWriter writer, Exception cause)
    {
        try
        {
            writer.Finish(RunStatus.Failed, failure: FirstLine.Of(cause));
        }
        catch (TessarException e) when (e.Kind == ErrorKind.Environment)
        {
            System.Diagnostics.Debug.WriteLine(e.Message);
        }
    }

    private static void CheckReplayable(Run run)
    {
        string? reason = run.Checkpoints.Count == 0 ? "it has no checkpoint to compare with" : Gap(run.Record);
        if (reason is not null)
            throw new TessarException($"The run {run.Name} can't be replayed: {reason}.", ErrorKind.Usage);
    }

    private static void CheckResumable(Run run)
    {
        string? reason = run.Record is { Kind: RunKind.Trained, Status: RunStatus.Completed }
            ? "all its epochs are done"
            : Gap(run.Record);
        if (reason is not null)
        {
            throw new TessarException(
                $"The run {run.Name} can't be resumed: {reason}. Train a new one.",
                ErrorKind.Usage)
            { Remedies = [new(RemedyKind.Train, run.Record.Program.Model, run.Record.Program.Data.Name)] };
        }
    }

    /// <summary>What keeps a record from being executed, as a clause; null when nothing does.</summary>
    internal static string? Gap(RunRecord record) => record switch
    {
        { Kind: RunKind.Imported } => "its weights were imported, so there is no training to go on with",
        {
            Program:
            {
                Epochs: not null, BatchSize: not null, Seed: not null, Optimizer: { } optimizer,
                Schedule: { } schedule
            }
        } =>
            Optimizer.Choices.Objection(optimizer) ?? Schedule.Choices.Objection(schedule)
                ?? LoadingProgram.Objection(record.Program)
            ?? (record.Program.WeightAverage is { } average ? RunningAverage.Choices.Objection(average) : null),
        _ => "its run.json lacks a part of the program",
    };

    private static RunRecord Describe(string name, TrainingPlan plan, Module<Tensor, Tensor> model) => new()
    {
        Schema = RunRecord.CurrentSchema,
        Name = name,
        Kind = RunKind.Trained,
        Status = RunStatus.Running,
        Created = DateTimeOffset.UtcNow,
        Program = plan.Program with { Parameters = DistinctParameters.CountTrained(model) },
        Classes = [.. plan.Task.Outputs],
        Checkpoints = [],
        Versions = RunEnvironment.Versions(),
        Machine = RunEnvironment.Machine(),
    };

    /// <summary>Text with everything that a run's name can't hold left out.</summary>
    private static string Stem(string text)
    {
        string kept = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')).TrimStart('-', '_');
        return kept.Length == 0 ? "run" : kept[..Math.Min(kept.Length, 40)];
    }

    /// <summary>Another number of threads for a while.</summary>
    private sealed class ThreadCount : IDisposable
    {
        private readonly int _before = TorchThreads.Current;

        public ThreadCount(int? threads)
        {
            if (threads is { } wanted)
                TorchThreads.Set(wanted);
        }

        public void Dispose() => TorchThreads.Set(_before);
    }
}
