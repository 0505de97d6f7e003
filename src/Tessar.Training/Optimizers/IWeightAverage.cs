using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>Weights to measure and to keep, where they are other ones than those gradients are taken at.</summary>
internal interface IWeightAverage
{
    /// <summary>Computes one parameter's average from what is trained and what is remembered.</summary>
    /// <param name="index">Which parameter.</param>
    /// <param name="trained">Its value in training; not changed.</param>
    /// <param name="average">Receives the average; may be <paramref name="trained"/> itself.</param>
    void Average(int index, Tensor trained, Tensor average);
}
