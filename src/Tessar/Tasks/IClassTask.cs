using static TorchSharp.torch;

namespace Tessar.Tasks;

/// <summary>A task whose target is one class of several, and whose answers are read as a class and as probabilities.</summary>
internal interface IClassTask : ITask
{
    /// <summary>The class that is answered; the first of equals.</summary>
    int Predicted(ReadOnlySpan<float> answer);

    /// <summary>The probability of each class, summing to 1.</summary>
    double[] Probabilities(ReadOnlySpan<float> answer);

    /// <summary>The target of an example of some class, as plain numbers.</summary>
    double[] Target(int label);

    /// <summary>The targets of examples of some classes; the caller disposes of it.</summary>
    /// <param name="labels">One for each example.</param>
    Tensor Targets(IReadOnlyList<int> labels);
}
