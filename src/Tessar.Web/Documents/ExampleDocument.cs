namespace Tessar.Web.Documents;

/// <summary>
/// `/api/runs/{run}/example/{split}/{index}`: an image and what the network makes of it. What a lens says of it is a document of
/// the lens.
/// </summary>
internal sealed record ExampleDocument : Document
{
    public required string Run { get; init; }

    public required string Split { get; init; }

    public required int Index { get; init; }

    /// <summary>Examples in the split.</summary>
    public required long Count { get; init; }

    /// <summary>The example's id in its store.</summary>
    public required string Id { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required ImageReference Image { get; init; }

    /// <summary>The label the run uses.</summary>
    public required int Label { get; init; }

    /// <summary>The store's own label.</summary>
    public required int StoredLabel { get; init; }

    public required bool IsPlanted { get; init; }

    public Prediction? Prediction { get; init; }

    /// <summary>Why there is no prediction, or null.</summary>
    public Problem? PredictionProblem { get; init; }

    public required Navigation Navigation { get; init; }
}

/// <summary>Where an image is and how large.</summary>
internal sealed record ImageReference(string Address, int Width, int Height);

/// <summary>Softmax of the logits, and the class with the largest.</summary>
internal sealed record Prediction(IReadOnlyList<double> Probabilities, int Predicted, double Confidence, bool IsCorrect);

/// <summary>Where next and previous lead.</summary>
/// <param name="Previous">The example before, or null.</param>
/// <param name="Next">The example after, or null.</param>
/// <param name="Mistakes">Mistakes among the predictions of this split.</param>
/// <param name="Mistake">Rank among them by confidence, from 1; null when this isn't one.</param>
/// <param name="PreviousMistake">The next more confident mistake, or null.</param>
/// <param name="NextMistake">The next less confident mistake, or the first one; null when there is none.</param>
internal sealed record Navigation(int? Previous, int? Next, int Mistakes, int? Mistake, int? PreviousMistake, int? NextMistake);
