namespace Tessar.Lenses.Data.Comparison;

/// <summary>What a patch does to the margin of the models of two recipes.</summary>
/// <param name="InA">Mean over the models of A, with its interval where there are several.</param>
/// <param name="InB">The same in B.</param>
/// <param name="AtRandomInA">Control: mean of the same patch at random places, in A.</param>
/// <param name="AtRandomInB">The same in B.</param>
internal sealed record PatchEffects(
    (double Mean, (double Low, double High)? Interval) InA, (double Mean, (double Low, double High)? Interval) InB,
    double AtRandomInA, double AtRandomInB);
