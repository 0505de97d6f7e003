using Tessar.Named;

namespace Tessar.Inputs;

/// <summary>Names a kind of input.</summary>
/// <param name="name">The name, as it stands in <c>run.json</c>.</param>
/// <param name="needs">What a store needs to hold inputs of this kind: <c>a column `image`</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class InputKindAttribute(string name, string needs) : Attribute, INamed
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>What a store needs to hold inputs of this kind.</summary>
    public string Needs { get; } = needs;
}
