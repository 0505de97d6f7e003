using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Cli.Explanations;

/// <summary>One score as a row of a table.</summary>
/// <param name="Target">The explained example, such as <c>test:7</c>.</param>
/// <param name="TargetLabel">Name of its class.</param>
/// <param name="TrainExample">The training example, such as <c>train:123</c>.</param>
/// <param name="Label">Name of the class it was trained as.</param>
/// <param name="TrueLabel">Name of its true class, when the label was changed on purpose.</param>
/// <param name="Score">Positive: having it raises the target's output.</param>
/// <param name="Rank">1 for the example that raised this target's output most, n for the one that lowered it most.</param>
internal readonly record struct ScoreRow(
    string Target, string TargetLabel, string TrainExample, string Label, string? TrueLabel, float Score, int Rank)
{
    /// <summary>The columns' names, in order.</summary>
    public static readonly IReadOnlyList<string> Columns = [
        "target", "targetLabel", "trainExample", "label", "trueLabel", "score", "rank"
    ];

    /// <summary>All scores of a target by rank; equal scores in order of index.</summary>
    public static ScoreRow[] Of(AttributionMatrix matrix, int target, ExampleSet train, ExampleSet targets)
    {
        IReadOnlyList<string> classes = train.Store.ClassNames;
        (string name, string targetLabel) = ($"{targets.Split}:{targets.First + target}", classes[targets.Label(target)]);
        float[] scores = new float[matrix.TrainCount];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = matrix[i, target];
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(order, (a, b) => scores[b].CompareTo(scores[a]) is not 0 and var byScore ? byScore : a.CompareTo(b));
        var rows = new ScoreRow[order.Length];
        for (int r = 0; r < rows.Length; r++)
        {
            int i = order[r], label = train.Label(i), stored = train.StoredLabel(i);
            rows[r] = new ScoreRow(
                name, targetLabel, $"{train.Split}:{train.First + i}", classes[label], label == stored ? null : classes[stored],
                scores[i], r + 1);
        }

        return rows;
    }
}
