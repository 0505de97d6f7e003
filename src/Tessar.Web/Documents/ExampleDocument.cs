namespace Tessar.Web.Documents;

/// <summary>`/api/runs/{run}/example/{split}/{index}`: an image, what the network makes of it, and the training images behind that.</summary>
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

    public Attribution? Attribution { get; init; }

    /// <summary>Why there is no attribution, or null.</summary>
    public Problem? AttributionProblem { get; init; }

    /// <summary>Methods whose results cover this example, newest first.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>For a training example: the targets in whose lists it stands.</summary>
    public Reach? Reach { get; init; }

    public required Navigation Navigation { get; init; }
}

/// <summary>Where an image is and how large.</summary>
internal sealed record ImageReference(string Address, int Width, int Height);

/// <summary>Softmax of the logits, and the class with the largest.</summary>
internal sealed record Prediction(IReadOnlyList<double> Probabilities, int Predicted, double Confidence, bool IsCorrect);

/// <summary>The strongest proponents and opponents of one target.</summary>
internal sealed record Attribution
{
    public required string Method { get; init; }

    public required string State { get; init; }

    /// <summary>Why it is stale, or null.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string Train { get; init; }

    public required string Targets { get; init; }

    public required string Sign { get; init; }

    /// <summary>The class whose score is raised or lowered: the target's label.</summary>
    public required int OutputClass { get; init; }

    public required string Command { get; init; }

    public required IReadOnlyList<Influence> Proponents { get; init; }

    public required IReadOnlyList<Influence> Opponents { get; init; }
}

/// <summary>A training example with its score.</summary>
internal sealed record Influence(string Split, int Index, int Label, int StoredLabel, double Score, ImageReference Image);

/// <summary>Where a training example stands in the lists of a result.</summary>
internal sealed record Reach
{
    public required string Method { get; init; }

    public required string Targets { get; init; }

    public required string TargetSplit { get; init; }

    /// <summary>Length of a list.</summary>
    public required int Top { get; init; }

    public required int RaisedCount { get; init; }

    public required int LoweredCount { get; init; }

    /// <summary>Targets whose proponent it is, strongest first; some of them.</summary>
    public required IReadOnlyList<ReachedTarget> Raised { get; init; }

    /// <summary>Targets whose opponent it is, strongest first; some of them.</summary>
    public required IReadOnlyList<ReachedTarget> Lowered { get; init; }
}

/// <summary>A target with the score of a training example.</summary>
internal sealed record ReachedTarget(int Index, int Label, double Score, ImageReference Image);

/// <summary>Where next and previous lead.</summary>
/// <param name="Previous">The example before, or null.</param>
/// <param name="Next">The example after, or null.</param>
/// <param name="Mistakes">Mistakes among the predictions of this split.</param>
/// <param name="Mistake">Rank among them by confidence, from 1; null when this isn't one.</param>
/// <param name="PreviousMistake">The next more confident mistake, or null.</param>
/// <param name="NextMistake">The next less confident mistake, or the first one; null when there is none.</param>
internal sealed record Navigation(int? Previous, int? Next, int Mistakes, int? Mistake, int? PreviousMistake, int? NextMistake);
