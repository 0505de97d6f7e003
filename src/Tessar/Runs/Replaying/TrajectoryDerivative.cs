namespace Tessar.Runs.Replaying;

/// <summary>Derivatives of K outputs of a training's final weights with respect to its examples' weights.</summary>
/// <param name="Values">∂f_k/∂w_i, [n, K] row by row, i in the order of the run's chosen examples.</param>
/// <param name="Rows">The row of the example store that each of the n examples is.</param>
/// <param name="Outputs">K.</param>
/// <param name="Steps">Updates that were differentiated.</param>
/// <param name="KeptStates">States that were kept; those between were computed again, bit for bit.</param>
public sealed record TrajectoryDerivative(double[] Values, IReadOnlyList<long> Rows, int Outputs, long Steps, int KeptStates);
