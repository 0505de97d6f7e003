namespace Tessar.Methods;

/// <summary>Marks a class as one way to answer a lens's question; the catalogue finds it by this mark.</summary>
/// <param name="name"><c>lens/method</c>, lower case, for example <c>data/trak</c>; unique.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MethodAttribute(string name) : Attribute
{
    /// <summary><c>lens/method</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Where the method comes from: an arXiv id such as <c>arXiv:2303.14186</c>, or <c>original</c>.</summary>
    public required string Paper { get; init; }

    /// <summary>What it costs, in words, with n train examples, m targets, p parameters and k the projection's width.</summary>
    public required string Cost { get; init; }
}
