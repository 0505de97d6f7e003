using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>A test example that the model takes for another class.</summary>
/// <param name="Index">Its place within the test set.</param>
/// <param name="Predicted">Name of the class the model says.</param>
/// <param name="Probability">The model's probability of that class.</param>
internal sealed record Misprediction(int Index, string Predicted, double Probability)
{
    /// <summary>The mistakes the model is surest of, from the predictions that training left behind.</summary>
    public static Misprediction[] MostConfident(Run run, ExampleSet test, int count)
    {
        Predictions predictions = Predictions.TryOpen(run, test.ToString()) ?? Predictor.Predict(run, test);
        return
        [
            .. Enumerable.Range(0, test.Count)
                .Select(i => (Index: i, Class: predictions.Predicted(i)))
                .Where(answer => answer.Class != test.Label(answer.Index))
                .Select(answer =>
                    new Misprediction(
                        answer.Index, test.Store.ClassNames[answer.Class], predictions.Probabilities(answer.Index)[answer.Class]))
                .OrderByDescending(mistake => mistake.Probability).ThenBy(mistake => mistake.Index)
                .Take(count),
        ];
    }
}
