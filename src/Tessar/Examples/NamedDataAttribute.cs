using Tessar.Named;

namespace Tessar.Examples;

/// <summary>Names a data set that <c>--data</c> takes without a path.</summary>
/// <param name="name">The name: lower case, words joined by hyphens.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class NamedDataAttribute(string name) : Attribute, INamed
{
    /// <inheritdoc/>
    public string Name { get; } = name;
}
