using Tessar.Named;

namespace Tessar.Models;

/// <summary>Puts a class into the built-in zoo under a name; nothing else has to be edited.</summary>
/// <param name="name">The name that <c>--model</c> takes: lower case, words joined by hyphens.</param>
/// <remarks>
/// The class derives from <c>Module&lt;Tensor, Tensor&gt;</c>, takes inputs [batch, …] and returns logits [batch, classes]. Its
/// constructor takes (<see cref="Inputs.ModelInput"/>, classes) if it takes any kind of them; if it is made for pictures [batch,
/// channels, height, width], (<see cref="Examples.ImageShape"/>, classes).
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ZooModelAttribute(string name) : Attribute, INamed
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>
    /// A learning rate that suits it with AdamW, batches of 64 and a cosine schedule; 0 for the optimiser's own.
    /// </summary>
    public double LearningRate { get; init; }

    /// <summary>Raised whenever the class computes something else from the same weights; 1 by default.</summary>
    public int Version { get; init; } = 1;
}
