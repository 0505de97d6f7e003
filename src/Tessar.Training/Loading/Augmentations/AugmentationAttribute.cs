using Tessar.Named;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Names an augmentation.</summary>
/// <param name="name">The name that <c>augment=</c> takes.</param>
/// <param name="summary">What it does to a picture, for the help and the docs.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AugmentationAttribute(string name, string summary) : Attribute, INamed
{
    public string Name { get; } = name;

    public string Summary { get; } = summary;
}
