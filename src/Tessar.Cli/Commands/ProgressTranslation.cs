using System.Globalization;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs.Retraining;
using Tessar.Training;

namespace Tessar.Cli.Commands;

/// <summary>
/// Hands the library's reports of progress to the display. Synchronous: <see cref="Progress{T}"/> would lose their order.
/// </summary>
internal static class ProgressTranslation
{
    public static IProgress<ImportProgress> Import(IProgress<ProgressUpdate> display) =>
        new Adapter<ImportProgress>(
            display,
            update => new ProgressUpdate(update.IsSurvey ? "Checking" : "Importing", update.Done, update.Total, "examples"));

    public static IProgress<ImportProgress> Export(IProgress<ProgressUpdate> display) =>
        new Adapter<ImportProgress>(display, update => new ProgressUpdate("Exporting", update.Done, update.Total, "examples"));

    public static IProgress<long> Bytes(IProgress<ProgressUpdate> display, long total) =>
        new Adapter<long>(display, done => new ProgressUpdate("Verifying", done >> 20, total >> 20, "MiB"));

    public static IProgress<long> Predicting(IProgress<ProgressUpdate> display, long total) =>
        new Adapter<long>(display, done => new ProgressUpdate("Predicting", done, total, "examples"));

    /// <param name="display">Where to show it.</param>
    /// <param name="remarks">
    /// Receives what the person who trains should know, each sentence once; null to leave it unsaid.
    /// </param>
    public static IProgress<TrainingProgress> Training(IProgress<ProgressUpdate> display, ISet<string>? remarks = null) =>
        new Adapter<TrainingProgress>(display, update =>
        {
            if (update.Remark is { } remark)
                remarks?.Add(remark);
            return new ProgressUpdate("Training", update.Step, update.TotalSteps, "steps", Describe(update));
        });

    public static IProgress<RetrainingProgress> Retraining(IProgress<ProgressUpdate> display) =>
        new Adapter<RetrainingProgress>(display, update => new ProgressUpdate(
            "Training", update.Done, update.Total, "models",
            update.Failed > 0 ? $"{Quantity.Count(update.Failed)} failed" : null));

    public static IProgress<MethodProgress> Method(IProgress<ProgressUpdate> display) =>
        new Adapter<MethodProgress>(display, update => new ProgressUpdate(
            char.ToUpperInvariant(update.Stage[0]) + update.Stage[1..], update.Done, update.Total, update.Unit, update.Note));

    private static string Describe(TrainingProgress update)
    {
        string test = update.TestAccuracy is { } accuracy ? $", test {Quantity.Percent(accuracy)}" : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture, $"epoch {update.Epoch + 1} of {update.Epochs}, loss {update.Loss:0.000}{test}");
    }

    private sealed class Adapter<T>(IProgress<ProgressUpdate> display, Func<T, ProgressUpdate> translate) : IProgress<T>
    {
        public void Report(T value) => display.Report(translate(value));
    }
}
