using Tessar.Examples;
using Tessar.Runs;
using Tessar.Training;

namespace Tessar.Tests.Runs;

/// <summary>
/// Quick runs on <see cref="SmallData"/>: 100 pictures in batches of 16 make 7 updates an epoch, the last of 4.
/// </summary>
internal static class SmallRuns
{
    public static TrainingRequest Request(TemporaryFolder folder, string name = "run") => new()
    {
        Model = "mlp",
        Data = File.Exists(folder.File("small.tess")) ? folder.File("small.tess") : SmallData.Write(folder),
        Name = name,
        RunsDirectory = folder.File("runs"),
        Epochs = 2,
        BatchSize = 16,
        Threads = 1,
    };

    public static Run Train(TemporaryFolder folder, string name = "run") => Train(Request(folder, name));

    public static Run Train(TrainingRequest request, Action<TrainingProgress>? hear = null) =>
        Trainer.Train(request, new Listener<TrainingProgress>(hear ?? (_ => { })));

    public static Run TrainOrOpen(TrainingRequest request, Action<TrainingProgress>? hear = null) =>
        Trainer.TrainOrOpen(request, new Listener<TrainingProgress>(hear ?? (_ => { })));

    public static Run Resume(Run run, Action<TrainingProgress>? hear = null) =>
        Trainer.Resume(run, new Listener<TrainingProgress>(hear ?? (_ => { })));

    /// <summary>Trains until some updates are done, then cancels.</summary>
    public static Run Interrupt(TrainingRequest request, long step) =>
        UntilStep(step, (progress, cancellation) => Trainer.Train(request, progress, cancellation));

    /// <summary>Resumes until some updates are done, then cancels again.</summary>
    public static Run Interrupt(Run run, long step) =>
        UntilStep(step, (progress, cancellation) => Trainer.Resume(run, progress, cancellation));

    public static Run Import(ImportRequest request) => RunImporter.Import(request);

    public static Predictions Predict(Run run, ExampleSet targets, Action<long>? hear = null) =>
        Predictor.Predict(run, targets, checkpoint: null, new Listener<long>(hear ?? (_ => { })));

    private static Run UntilStep(long step, Func<IProgress<TrainingProgress>, CancellationToken, Run> train)
    {
        using var source = new CancellationTokenSource();
        return train(
            new Listener<TrainingProgress>(progress =>
            {
                if (progress.Step == step)
                    source.Cancel();
            }),
            source.Token);
    }
}
