using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Targets that the run predicts correctly: what can flip.</summary>
/// <param name="Range">The range from the first to the last of them, whose outputs are kept.</param>
/// <param name="Chosen">Their places in it, ascending.</param>
internal sealed record JudgedTargets(ExampleSet Range, int[] Chosen)
{
    /// <summary>The first of some examples that the run's last checkpoint predicts as they are labelled.</summary>
    /// <param name="inquiry">The run, and where to look: the run's test examples unless the job says otherwise.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="TessarException">There is none.</exception>
    public static JudgedTargets CorrectlyPredicted(Inquiry inquiry, int count)
    {
        ExampleSet candidates = inquiry.Targets();
        Run run = inquiry.Run;
        Predictions predictions = Predictions.TryOpen(run, candidates.ToString())
            ?? Predictor.Predict(
                run, candidates, progress: Heard(inquiry.Context, candidates.Count), cancellation: inquiry.Context.Cancellation);
        int[] correct = [.. Enumerable.Range(0, candidates.Count).Where(i => predictions.Predicted(i) == candidates.Label(i))
            .Take(count)];
        if (correct.Length == 0)
        {
            throw new TessarException(
                $"{run.Name} predicts none of {candidates} correctly, so no prediction can flip. Train it longer, or choose "
                    + $"other targets.", ErrorKind.InputData);
        }

        if (correct.Length < count)
            inquiry.Remark(string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Name} predicts {correct.Length:N0} of {candidates} correctly, fewer than the {count:N0} asked for."));
        var span = new ExampleSet(
            inquiry.Store, candidates.Split, candidates.First + correct[0], correct[^1] - correct[0] + 1, inquiry.Labels);
        return new JudgedTargets(span, [.. correct.Select(i => i - correct[0])]);
    }

    /// <summary>How many.</summary>
    public int Count => Chosen.Length;

    /// <summary>Name of a chosen target, such as `test:7`.</summary>
    public string Name(int chosen) => $"{Range.Split}:{Range.First + Chosen[chosen]}";

    private static Listener? Heard(MethodContext context, long total) =>
        context.Progress is { } progress ? new Listener(progress, total) : null;

    private sealed class Listener(IProgress<MethodProgress> progress, long total) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new MethodProgress("predicting", value, total, "examples"));
    }
}
