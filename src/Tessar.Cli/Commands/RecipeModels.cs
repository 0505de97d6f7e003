using System.Diagnostics;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Lenses.Data.Comparison;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Training.Retraining;

namespace Tessar.Cli.Commands;

/// <summary>The models that stand for a recipe: runs as they are, or the first run's program trained from several seeds.</summary>
internal sealed class RecipeModels
{
    private RecipeModels(IReadOnlyList<CheckpointView> checkpoints, double seconds) => (Checkpoints, SecondsTraining) = (checkpoints, seconds);

    public IReadOnlyList<CheckpointView> Checkpoints { get; }

    /// <summary>Seconds spent on training; nearly 0 when the models were there.</summary>
    public double SecondsTraining { get; }

    /// <summary>Opens them, or trains them.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="work">The recipe's runs.</param>
    /// <param name="train">The examples that are scored.</param>
    /// <param name="count">How many to train; 0 takes the runs.</param>
    public static RecipeModels Of(Invocation call, Attributing work, ExampleSet train, int count)
    {
        if (count == 0 || work.View.Checkpoints.Count > 1)
            return new RecipeModels(work.View.Checkpoints, 0);
        var watch = Stopwatch.StartNew();
        Run run = work.Run;
        ExampleSet range = run.TrainSet(work.Store);
        ExampleMasks masks = run.Record.Program.Mask is { } mask
            ? ExampleMasks.Listed(range.Count, [ExampleMasks.Load(Path.Combine(run.Directory, mask.File), range.Count).Indices(0)])
            : ExampleMasks.ExactSize(1, range.Count, 1, call.Seed);
        // Seeds of their own for each run: models that share seeds across recipes aren't exchangeable.
        ulong seed = new RandomStream(call.Seed, $"models of the recipe {run.Name}").NextUInt64();
        // Kept answers are a by-product: a few targets are enough.
        ExampleSet test = run.TestSet(work.Store);
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(run, range, new ExampleSet(work.Store, test.Split, test.First, 1, work.Labels), masks, seed) with
            {
                Repeats = count,
                KeepsWeights = true,
            },
            run);
        RetrainedModels trained = call.Progress.Run(progress => new ProcessRetrainer().Retrain(request, Translate.Retraining(progress), call.Cancellation));
        CheckpointView[] checkpoints = [.. Enumerable.Range(0, trained.Count).Where(trained.IsCompleted).Select(job => new CheckpointView(run, trained.CheckpointOf(job)))];
        if (checkpoints.Length < Math.Min(2, count))
        {
            throw new TessarException(
                $"{trained.Record.Failed.Count} of {trained.Count} trainings of {run.Name} failed: {trained.Record.Failed[0].Reason} "
                + "Mend the recipe, or compare the runs as they are with --models 0.", ErrorKind.InputData);
        }

        if (trained.Record.Failed.Count > 0)
            call.Remark($"{trained.Record.Failed.Count} of {trained.Count} trainings of {run.Name} failed and are left out: {trained.Record.Failed[0].Reason}");
        return new RecipeModels(checkpoints, watch.Elapsed.TotalSeconds);
    }

    /// <summary>Scores every model by itself.</summary>
    public RecipeScores Score(Attributing work, ExampleSet train, ExampleSet targets, IProgress<MethodProgress> progress)
    {
        long bytes = 12L * Checkpoints.Count * train.Count * targets.Count;
        if (bytes > work.Context.MemoryBudget)
        {
            throw new TessarException(
                $"Scores of {Checkpoints.Count} models on {train} and {targets} need {bytes:N0} bytes; the memory budget is {work.Context.MemoryBudget:N0}. "
                + "Choose fewer --targets, --models or --train examples.", ErrorKind.Environment);
        }

        return new RecipeScores([.. Checkpoints.Select(checkpoint =>
            work.CreateMethod().Score(new RunView([checkpoint]), train, targets, work.Context with { Progress = progress }))]);
    }
}
