namespace Tessar.Tasks;

/// <summary>Which scalar of a prediction is explained.</summary>
public enum TargetOutput
{
    /// <summary>
    /// What the run's task explains by default: for classification log(p / (1 − p)), p the probability of the target's label.
    /// </summary>
    Margin,

    /// <summary>The negative loss: for classification log p, the negative cross-entropy.</summary>
    NegativeLoss,
}
