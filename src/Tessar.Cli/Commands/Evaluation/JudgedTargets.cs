using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Targets that the run predicts correctly: what can flip.</summary>
/// <param name="Range">The range from the first to the last of them, whose outputs are kept.</param>
/// <param name="Chosen">Their places in it, ascending.</param>
internal sealed record JudgedTargets(ExampleSet Range, int[] Chosen)
{
    /// <summary>The first of some examples that the run's last checkpoint predicts as they are labelled.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="work">The run.</param>
    /// <param name="range">Where to look; null for the run's test examples.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="TessarException">There is none.</exception>
    public static JudgedTargets CorrectlyPredicted(Invocation call, Attributing work, string? range, int count)
    {
        ExampleSet candidates = work.Examples(range ?? work.Run.Record.Program.Data.Test);
        Predictions predictions = Predictions.TryOpen(work.Run, candidates.ToString()) ?? call.Progress.Run(progress =>
            Predictor.Predict(work.Run, candidates, progress: Translate.Predicting(progress, candidates.Count), cancellation: call.Cancellation));
        int[] correct = [.. Enumerable.Range(0, candidates.Count).Where(i => predictions.Predicted(i) == candidates.Label(i)).Take(count)];
        if (correct.Length == 0)
        {
            throw new TessarException(
                $"{work.Run.Name} predicts none of {candidates} correctly, so no prediction can flip. Train it longer, or choose other --targets.", ErrorKind.InputData);
        }

        if (correct.Length < count)
            call.Remark($"{work.Run.Name} predicts {Quantity.Count(correct.Length)} of {candidates} correctly, fewer than the {Quantity.Count(count)} asked for.");
        var span = new ExampleSet(work.Store, candidates.Split, candidates.First + correct[0], correct[^1] - correct[0] + 1, work.Labels);
        return new JudgedTargets(span, [.. correct.Select(i => i - correct[0])]);
    }

    /// <summary>How many.</summary>
    public int Count => Chosen.Length;

    /// <summary>Name of a chosen target, such as `test:7`.</summary>
    public string Name(int chosen) => $"{Range.Split}:{Range.First + Chosen[chosen]}";
}
