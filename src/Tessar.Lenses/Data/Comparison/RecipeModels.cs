using System.Diagnostics;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>
/// The models that stand for a recipe: runs as they are, or the first run's program trained from several seeds.
/// </summary>
internal sealed class RecipeModels
{
    private RecipeModels(IReadOnlyList<CheckpointView> checkpoints, double seconds) =>
        (Checkpoints, SecondsTraining) = (checkpoints, seconds);

    /// <summary>The models.</summary>
    public IReadOnlyList<CheckpointView> Checkpoints { get; }

    /// <summary>Seconds spent on training; nearly 0 when the models were there.</summary>
    public double SecondsTraining { get; }

    /// <summary>Opens them, or trains them.</summary>
    /// <param name="recipe">The recipe's runs.</param>
    /// <param name="seed">Decides the trainings' seeds.</param>
    /// <param name="count">How many to train; 0 takes the runs.</param>
    /// <exception cref="TessarException">All trainings but one failed, or nobody trains.</exception>
    public static RecipeModels Of(Inquiry recipe, ulong seed, int count)
    {
        if (count == 0 || recipe.View.Checkpoints.Count > 1)
            return new RecipeModels(recipe.View.Checkpoints, 0);
        var watch = Stopwatch.StartNew();
        Run run = recipe.Run;
        ExampleSet range = run.TrainSet(recipe.Store);
        ExampleMasks masks = run.Record.Program.Mask is { } mask
            ? ExampleMasks.Listed(
                range.Count, [ExampleMasks.Load(Path.Combine(run.Directory, mask.File), range.Count).Indices(0)])
            : ExampleMasks.ExactSize(1, range.Count, 1, seed);
        // Seeds of their own for each run: models that share seeds across recipes aren't exchangeable.
        ulong own = new RandomStream(seed, $"models of the recipe {run.Name}").NextUInt64();
        // Kept answers are a by-product: a few targets are enough.
        ExampleSet test = run.TestSet(recipe.Store);
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(
                run, range, new ExampleSet(recipe.Store, test.Split, test.First, 1, recipe.Labels), masks, own) with
            {
                Repeats = count,
                KeepsWeights = true,
            },
            run);
        RetrainedModels trained = recipe.Retrain(request);
        CheckpointView[] checkpoints = [.. Enumerable.Range(0, trained.Count).Where(trained.IsCompleted)
            .Select(job => new CheckpointView(run, trained.CheckpointOf(job)))];
        if (checkpoints.Length < Math.Min(2, count))
        {
            throw new TessarException(
                $"{trained.Record.Failed.Count} of {trained.Count} trainings of {run.Name} failed: "
                    + $"{trained.Record.Failed[0].Reason} "
                + "Mend the recipe, or compare the runs as they are, with models=0.", ErrorKind.InputData);
        }

        if (trained.Record.Failed.Count > 0)
            recipe.Remark(
                $"{trained.Record.Failed.Count} of {trained.Count} trainings of {run.Name} failed and are left out: "
                    + $"{trained.Record.Failed[0].Reason}");
        return new RecipeModels(checkpoints, watch.Elapsed.TotalSeconds);
    }

    /// <summary>Scores every model by itself.</summary>
    /// <exception cref="TessarException">The scores don't fit into the memory budget.</exception>
    public RecipeScores Score(Inquiry recipe, ExampleSet train, ExampleSet targets)
    {
        long bytes = 12L * Checkpoints.Count * train.Count * targets.Count, budget = recipe.Context.MemoryBudget;
        if (bytes > budget)
        {
            throw new TessarException(
                $"Scores of {Checkpoints.Count} models on {train} and {targets} need {bytes:N0} bytes; the memory budget is "
                    + $"{budget:N0}. "
                + "Choose fewer targets, models or training examples.", ErrorKind.Environment);
        }

        return new RecipeScores([.. Checkpoints.Select((checkpoint, c) => recipe.CreateMethod<IAttributionMethod>().Score(
            new RunView([checkpoint]), train, targets, RepeatedProgress.Of(recipe.Context, c, Checkpoints.Count)))]);
    }
}
