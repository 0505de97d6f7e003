using static TorchSharp.torch;

namespace Tessar.Training.Replaying;

/// <summary>How a training is executed again for its derivative.</summary>
/// <param name="Precision">Float32 as recorded, or Float64 to compare with.</param>
/// <param name="Weights">Factors of the examples' losses, by index of the train set; null for 1.</param>
/// <param name="Interval">Updates between two states that are kept; null for what costs least.</param>
internal readonly record struct ReplayNumerics(ScalarType Precision, double[]? Weights = null, int? Interval = null);
