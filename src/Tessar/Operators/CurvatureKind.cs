namespace Tessar.Operators;

/// <summary>Which second derivative of a training loss is taken.</summary>
public enum CurvatureKind
{
    /// <summary>
    /// The Gauss–Newton matrix: never negative, and equal to the Hessian for models that are linear in their weights.
    /// </summary>
    GaussNewton,

    /// <summary>The Hessian, which can be negative in directions away from a minimum.</summary>
    Hessian,
}
