using Tessar.Runs.Retraining;

namespace Tessar.Methods;

/// <summary>Tells a method's listener how far trainings have come.</summary>
internal static class HeardTrainings
{
    /// <summary>The context's listener, as trainings want one; null when nobody listens.</summary>
    public static IProgress<RetrainingProgress>? Heard(MethodContext context) =>
        context.Progress is { } progress ? new Listener(progress) : null;

    private sealed class Listener(IProgress<MethodProgress> progress) : IProgress<RetrainingProgress>
    {
        public void Report(RetrainingProgress value) =>
            progress.Report(new MethodProgress("training", value.Done, value.Total, "models")
            {
                Note = value.Failed > 0 ? $"{value.Failed} failed" : null
            });
    }
}
