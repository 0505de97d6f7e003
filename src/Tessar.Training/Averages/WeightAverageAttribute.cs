using Tessar.Named;

namespace Tessar.Training.Averages;

/// <summary>Names a running average of weights.</summary>
/// <param name="name">Its name in <c>run.json</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class WeightAverageAttribute(string name) : Attribute, INamed
{
    public string Name { get; } = name;
}
