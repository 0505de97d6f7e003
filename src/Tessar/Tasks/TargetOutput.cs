namespace Tessar.Tasks;

/// <summary>Which scalar of a prediction is explained.</summary>
public enum TargetOutput
{
    /// <summary>log(p / (1 − p)), p the probability of the target's label.</summary>
    Margin,

    /// <summary>log p, the negative cross-entropy.</summary>
    NegativeLoss,
}
