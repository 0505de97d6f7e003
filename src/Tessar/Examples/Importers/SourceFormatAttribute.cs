using Tessar.Named;

namespace Tessar.Examples.Importers;

/// <summary>Names a format that examples come in.</summary>
/// <param name="name">The name that <c>--format</c> takes.</param>
/// <param name="summary">What it is, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class SourceFormatAttribute(string name, string summary) : Attribute, INamed
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public string Summary { get; } = summary;

    /// <summary>Formats are asked in this order whether a source is theirs; those surest of their mark come first.</summary>
    public required int Rank { get; init; }
}
