using Tessar.Named;

namespace Tessar.Examples.Exporters;

/// <summary>Names a format that stores can be written in.</summary>
/// <param name="name">The name that <c>--format</c> takes.</param>
/// <param name="extension">Ending of its files, with the dot.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ExportFormatAttribute(string name, string extension) : Attribute, INamed
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>Ending of its files, with the dot.</summary>
    public string Extension { get; } = extension;

    /// <summary>True when a split can be cut into several files.</summary>
    public bool HasShards { get; init; }
}
