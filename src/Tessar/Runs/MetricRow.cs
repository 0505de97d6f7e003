namespace Tessar.Runs;

/// <summary>One logged moment of a training run. A value that wasn't measured then is null.</summary>
/// <param name="Step">Optimiser updates done so far, at least 0.</param>
/// <param name="Epoch">The epoch the last of them belongs to, 0-based.</param>
/// <param name="Seconds">Time spent training since the start, in seconds, without interruptions.</param>
/// <param name="TrainLoss">Mean cross-entropy in nats of the training examples seen since the row before.</param>
/// <param name="TrainAccuracy">Share of them whose largest logit was that of their label, in [0, 1].</param>
/// <param name="TestLoss">Mean cross-entropy in nats over the whole test set.</param>
/// <param name="TestAccuracy">Share of the test set whose largest logit is that of its label, in [0, 1].</param>
/// <param name="LearningRate">Learning rate of the last update.</param>
public readonly record struct MetricRow(
    long Step,
    int Epoch,
    double Seconds,
    double? TrainLoss = null,
    double? TrainAccuracy = null,
    double? TestLoss = null,
    double? TestAccuracy = null,
    double? LearningRate = null);
