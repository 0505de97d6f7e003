using Tessar.Examples;

namespace Tessar.Methods;

/// <summary>
/// A target with the training examples behind it, as people name examples: by split and place there, with the labels of the run.
/// Command line and pages both tell a result by it.
/// </summary>
/// <param name="Example">The target.</param>
/// <param name="Proponents">Those that raised its output most, the strongest first.</param>
/// <param name="Opponents">Those that lowered it most.</param>
internal sealed record ExplainedTarget(
    LabeledExample Example, IReadOnlyList<ExplainingExample> Proponents, IReadOnlyList<ExplainingExample> Opponents)
{
    /// <summary>A target of an attribution in memory.</summary>
    /// <param name="best">The strongest.</param>
    /// <param name="target">In [0, m).</param>
    /// <param name="train">The training examples that the attribution is of.</param>
    /// <param name="targets">Its targets.</param>
    public static ExplainedTarget Of(TopAttribution best, int target, ExampleSet train, ExampleSet targets) =>
        Of((best.Proponents(target), best.Opponents(target)), target, train, targets);

    /// <summary>A target by the lists of a result, however they were read.</summary>
    /// <param name="lists">Indices within <paramref name="train"/>.</param>
    /// <param name="target">In [0, m).</param>
    /// <param name="train">The training examples that the result is of.</param>
    /// <param name="targets">Its targets.</param>
    public static ExplainedTarget Of(
        (IReadOnlyList<Influence> Proponents, IReadOnlyList<Influence> Opponents) lists, int target, ExampleSet train,
        ExampleSet targets)
    {
        return new ExplainedTarget(LabeledExample.Of(targets, target), All(lists.Proponents), All(lists.Opponents));

        ExplainingExample[] All(IReadOnlyList<Influence> list) =>
            [.. list.Select(one => new ExplainingExample(LabeledExample.Of(train, one.Train), one.Train, one.Score))];
    }
}

/// <summary>A training example's part in a prediction.</summary>
/// <param name="Example">The example.</param>
/// <param name="Row">Its row among the scores.</param>
/// <param name="Score">Positive: having it raises the target's output.</param>
internal sealed record ExplainingExample(LabeledExample Example, int Row, float Score);

/// <summary>An example by its place, with its label.</summary>
/// <param name="Split">The split.</param>
/// <param name="Index">Its index there.</param>
/// <param name="Label">The label that the run uses.</param>
/// <param name="StoredLabel">The label in the data: another one where it was changed on purpose.</param>
internal sealed record LabeledExample(string Split, int Index, int Label, int StoredLabel)
{
    /// <summary>An example of a set.</summary>
    public static LabeledExample Of(ExampleSet set, int index) =>
        new(set.Split, set.First + index, set.Label(index), set.StoredLabel(index));

    /// <inheritdoc/>
    public override string ToString() => $"{Split}:{Index}";
}
