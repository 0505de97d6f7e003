namespace Tessar.Lenses.Data.Kronecker;

/// <summary>Which labels a curvature's gradients are of.</summary>
public enum CurvatureLabels
{
    /// <summary>
    /// Drawn from the model's own softmax: the Fisher matrix, which for the cross-entropy is the Gauss–Newton matrix.
    /// </summary>
    Sampled,

    /// <summary>Those of the data: the empirical Fisher matrix, which vanishes where the model is sure and right.</summary>
    True,
}
