namespace Tessar.Training.Optimizers;

/// <summary>Names an optimiser.</summary>
/// <param name="name">The name that <c>--optimizer</c> takes.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OptimizerAttribute(string name) : Attribute, INamed
{
    public string Name { get; } = name;
}
