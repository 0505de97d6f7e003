using Tessar.Examples;
using Tessar.Runs;
using Tessar.Runs.Retraining;

namespace Tessar.Methods;

/// <summary>Models of a run's program on random halves of its training examples.</summary>
internal static class EnsembleModels
{
    /// <summary>Trains what isn't there yet.</summary>
    public static RunView Of(Inquiry inquiry, int count)
    {
        Run run = inquiry.Run;
        if (inquiry.View.Checkpoints.Count > 1)
            throw new TessarException(
                "An ensemble is models of one run's program, but several runs were named. Name one, or leave the ensemble out.",
                ErrorKind.Usage);
        if (run.Record.Program.Mask is not null)
        {
            throw new TessarException(
                $"{run.Name} was trained on a mask, so halves of its range aren't halves of what it saw. Train a run without a "
                    + $"mask for an ensemble.", ErrorKind.Usage);
        }

        ExampleSet range = run.TrainSet(inquiry.Store), test = run.TestSet(inquiry.Store);
        // Seeds apart from those of evaluations: a model that explains must not be one that judges.
        ulong seed = new RandomStream(inquiry.Seed, "ensemble").NextUInt64();
        ExampleMasks Halves(int models) => ExampleMasks.ExactSize(models, range.Count, 0.5, seed);
        RetrainingRequest request = RetrainingCache.Grown(
            RetrainingCache.Placed(
                RetrainingCache.For(
                    run, range, new ExampleSet(inquiry.Store, test.Split, test.First, 1, inquiry.Labels), Halves(count),
                    seed) with
                { KeepsWeights = true },
                run),
            Halves);
        RetrainedModels models = inquiry.Retrain(request);
        CheckpointView[] checkpoints = [.. Enumerable.Range(0, count).Where(models.IsCompleted)
            .Select(job => new CheckpointView(run, models.CheckpointOf(job)))];
        if (checkpoints.Length == 0)
            throw new TessarException(
                $"Every training of the ensemble failed: {models.Record.Failed[0].Reason}", ErrorKind.InputData);
        if (models.Record.Failed.Count > 0)
            inquiry.Remark(
                $"{models.Record.Failed.Count} of {count} trainings of the ensemble failed and are left out: "
                    + $"{models.Record.Failed[0].Reason}");
        return new RunView(checkpoints);
    }
}
